import { Marked } from 'marked';
import { escapeHtml } from './templates.ts';

// Other pages beside ours by https or by name; no other scheme, and no protocol-relative address.
const safeAddress = /^(https?:\/\/|\/(?!\/)|#|\w+(\.md)?$)/;

/**
 * HTML of a markdown text, https://spec.commonmark.org with GitHub's tables. HTML inside the text is shown, not obeyed;
 * images are their text; a link to `Other.md` beside it becomes one to the page `Other`.
 */
export function renderMarkdown(text: string): string {
  const marked = new Marked({
    async: false,
    gfm: true,
    renderer: {
      html: (token) => escapeHtml(token.text),
      // A block that is too wide scrolls, also by keyboard: for that it must be able to get the focus.
      code: (token) => `<pre tabindex="0"><code>${escapeHtml(token.text)}\n</code></pre>\n`,
      image: (token) => escapeHtml(token.text),
      link(token) {
        const inner = this.parser.parseInline(token.tokens);
        if (!safeAddress.test(token.href)) return inner;
        return `<a href="${escapeHtml(token.href.replace(/^(\w+)\.md$/, '$1'))}">${inner}</a>`;
      },
    },
  });
  return marked.parse(text, { async: false });
}
