import type { Report, ReportItem } from '../../checklist/report.ts';
import { printable } from '../printable.ts';
import { statusWords, verdictLine } from './words.ts';

/** A table to paste into a ticket. */
export function renderMarkdown(report: Report, runbooks: string | undefined): string {
  const rows = report.items.map((item) => `| ${cellsOf(item, runbooks).join(' | ')} |`);
  const head = ['Section', 'Check', 'Subject', 'Status', 'Evidence', 'Next'];
  return [
    `**${verdictLine(report)}** (${report.generated_at})`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => ' --- |').join('')}`,
    ...rows,
    '',
  ].join('\n');
}

function cellsOf({ section, check, subject, status, evidence, command, runbook }: ReportItem, runbooks = ''): string[] {
  const todo = [...(command === '' ? [] : [code(command)]), text(`${runbooks}${runbook}`)].join(', ');
  const isPass = status === 'pass';
  const word = statusWords[status];
  return [section, check]
    .map(code)
    .concat(code(subject), isPass ? word : `**${word}**`, text(evidence), isPass ? '' : todo);
}

/** Everything that Markdown, or HTML in it, could read as more than text. */
function text(value: string): string {
  return printable(value).replace(/[\\`*_~[\]<>|&@]/g, (character) => `\\${character}`);
}

/** A code span, for which only backticks and, in a table, pipes are special. */
function code(value: string): string {
  const shown = printable(value).replaceAll('|', String.raw`\|`);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const margin = longest > 0 ? ' ' : '';
  return `${fence}${margin}${shown}${margin}${fence}`;
}
