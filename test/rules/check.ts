import type { Firing } from './story.ts';
import type { Series, Timeline } from './timeline.ts';

export type Status = 'pass' | 'fail' | 'unknown';

/** An item of the checklist by section, name and subject. */
export type Item = readonly [section: string, name: string, subject: string];

/** An item of the checklist that has these statuses from these minutes on; undefined: it is no item. */
export function check(
  [section, name, subject]: Item,
  ...changes: readonly (readonly [minute: number, status: Status | undefined])[]
): Series {
  const at = (seconds: number): Status | undefined =>
    (changes.findLast(([minute]) => minute * 60 <= seconds) ?? [0, 'pass'])[1];
  const series = (status: Status): [string, Timeline] => [
    `gpunode_check_status{section="${section}",check="${name}",subject="${subject}",status="${status}"}`,
    (seconds) => (at(seconds) === undefined ? undefined : Number(at(seconds) === status)),
  ];
  return Object.fromEntries([series('pass'), series('fail'), series('unknown')]);
}

/** The alert of an item. */
export function fires(alert: string, [section, name, subject]: Item, text?: string): Firing {
  const labels = { section, check: name, subject };
  return { alert, labels, ...(text === undefined ? {} : { text }) };
}
