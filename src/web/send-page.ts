import type { Response } from 'express';
import { renderTemplate } from './templates.ts';

/** As in `strictHeaders`, and our own stylesheet. */
const stillPolicy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** And our own script, which asks us for news and changes the icon. */
const livePolicy = `${stillPolicy}; script-src 'self'; connect-src 'self'; img-src 'self'`;

export interface SentPage {
  readonly title: string;
  readonly template: string;
  /** What the template gets. */
  readonly data: object;
  /** Of a page that refreshes itself: the name of its icon. Without it no script runs. */
  readonly live?: { readonly icon: string };
}

/** Sends a page in the frame of all pages. */
export function sendPage(response: Response, { title, template, data, live }: SentPage): void {
  const body = renderTemplate(template, data);
  response
    .set('Content-Security-Policy', live === undefined ? stillPolicy : livePolicy)
    .type('html')
    .send(renderTemplate('frame', { title, body, live }));
}
