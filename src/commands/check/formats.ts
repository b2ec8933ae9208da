import type { Report } from '../../checklist/report.ts';
import { printableJson } from '../printable.ts';
import { renderMarkdown } from './markdown.ts';
import type { Paint } from './paint.ts';
import { renderTable } from './table.ts';

export const formats = ['table', 'json', 'markdown'] as const;
export type Format = (typeof formats)[number];

export interface Look {
  readonly paint: Paint;
  /** Of the terminal; undefined: lines may be as long as they like. */
  readonly columns: number | undefined;
  /** Where runbooks can be read; undefined: nowhere. */
  readonly runbooks: string | undefined;
  /** One of many: JSON is one line each. */
  readonly watch: boolean;
}

/** The report as text, with a newline at its end. */
export function render(report: Report, format: Format, look: Look): string {
  switch (format) {
    case 'table':
      return renderTable(report, look);
    case 'json':
      return `${printableJson(report, look.watch ? 0 : 2)}\n`;
    case 'markdown':
      return renderMarkdown(report, look.runbooks);
    default:
      return format satisfies never;
  }
}
