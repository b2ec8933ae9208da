import * as path from 'node:path';
import type { ConfigFile } from './config-files.ts';
import { expand } from './expand.ts';
import type { Expansions } from './expand.ts';
import { parseIni } from './ini.ts';

/** All sections of supervisord.conf and its includes; options are expanded when they are read. */
export interface Sections {
  readonly names: readonly string[];
  has(section: string): boolean;
  /** As written, `%(here)s` filled in. */
  raw(section: string, option: string): string | undefined;
  /** Expanded; `more` wins over what is known everywhere. What cannot be expanded is warned of and stays. */
  get(section: string, option: string, more?: Expansions): string | undefined;
}

/** `common`: what may be expanded anywhere (ENV_…). A section that comes twice is one, the later options win. */
export function mergeSections(
  files: readonly ConfigFile[],
  common: Expansions,
  warn: (text: string) => void,
): Sections {
  const merged = new Map<string, Map<string, string>>();
  for (const file of files) {
    const { sections, badLines } = parseIni(file.text ?? '');
    if (badLines.length > 0) warn(`${file.path}: line ${badLines.slice(0, 5).join(', ')} is not understood`);
    // supervisord fills in each file's own folder right after reading it.
    const here = path.dirname(file.path);
    for (const [name, options] of sections) {
      const known = merged.get(name) ?? new Map<string, string>();
      for (const [option, value] of options) known.set(option, value.replaceAll('%(here)s', here));
      merged.set(name, known);
    }
  }

  const raw = (section: string, option: string): string | undefined => merged.get(section)?.get(option);
  return {
    names: [...merged.keys()],
    has: (section) => merged.has(section),
    raw,
    get(section, option, more) {
      const value = raw(section, option);
      if (value === undefined) return undefined;
      const expansions = more === undefined ? common : new Map([...common, ...more]);
      return expand(value, expansions, (name) => warn(`[${section}] ${option}: %(${name})s is not known here`));
    },
  };
}
