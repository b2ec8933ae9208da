import type { Response } from 'express';

/** As in `strictHeaders`, and our own stylesheet. No script runs on any page. */
const pagePolicy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Where the stylesheet of all pages is served. */
export const stylesheetPath = '/assets/style.css';

/** Sends a page; `title` is text, `body` is HTML. */
export function sendPage(response: Response, title: string, body: string): void {
  response.set('Content-Security-Policy', pagePolicy).type('html').send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${stylesheetPath}">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
