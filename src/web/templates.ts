// Eta rather than components: a page's HTML stands in a file as HTML, every value is escaped unless a template says otherwise.
import { Eta } from 'eta/core';
import { readAsset } from '../assets.ts';

/** Templates are assets, so that the bundle has them; each is read and compiled at its first use. */
class AssetTemplates extends Eta {
  override readonly resolvePath = (name: string): string => `src/web/templates/${name}.eta`;
  override readonly readFile = (path: string): string => readAsset(path);
}

const templates = new AssetTemplates({ cache: true });

/** HTML of the template `src/web/templates/NAME.eta`, which finds `data` as `it`. */
export function renderTemplate(name: string, data: object): string {
  return templates.render(name, data);
}

/** As templates escape what they show. */
export const escapeHtml: (text: string) => string = templates.config.escapeFunction;
