import type { Report } from '../../checklist/report.ts';
import type { Status } from '../../checklist/types.ts';
import { counted } from '../../core/words.ts';

/** Never by colour or sign alone. */
export const statusWords: Readonly<Record<Status, string>> = { pass: '✓ pass', fail: '✗ FAIL', unknown: '? unknown' };

/** `FAIL: 3 of 29 checks fail, 1 unknown`. */
export function verdictLine({ verdict, items }: Report): string {
  const count = (status: Status): number => items.filter((item) => item.status === status).length;
  const [failing, unknown] = [count('fail'), count('unknown')];
  const all = counted(items.length, 'check');
  switch (verdict) {
    case 'pass':
      return items.length === 1 ? 'PASS: the only check passes' : `PASS: all ${all} pass`;
    case 'fail':
      return `FAIL: ${failing} of ${all} ${failing === 1 ? 'fails' : 'fail'}${unknown === 0 ? '' : `, ${unknown} unknown`}`;
    case 'unknown':
      return items.length === 0
        ? 'UNKNOWN: there is nothing to check'
        : `UNKNOWN: ${unknown} of ${all} ${unknown === 1 ? 'is' : 'are'} unknown, none fails`;
    default:
      return verdict satisfies never;
  }
}

/** The items by section, in the order in which they come. */
export function bySection({ items }: Report): [section: string, items: Report['items']][] {
  return [...Map.groupBy(items, ({ section }) => section)];
}
