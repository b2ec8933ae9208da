import type { NodeView } from '../../checklist/types.ts';
import type { TimedEvent } from '../../core/contract.ts';
import { historyWindowMs, maxEventsPerSubject } from '../../core/history.ts';
import { momentOf } from './moment.ts';
import type { Moment } from './moment.ts';
import { panelOf } from './panel.ts';
import type { Panel } from './panel.ts';

/** A kind of error that a program's log told within the last day. */
export interface LogClassView {
  readonly program: string;
  readonly name: string;
  /** `12`, or `≥ 12` where the history does not hold each of them. */
  readonly count: string;
  readonly last: Moment;
}

const minuteMs = 60_000;
/** The history keeps this many of a program, a class and a minute: src/collectors/logs/history.ts. */
const maxPerMinute = 6;

/** The newest first. */
export function logClassesOf(node: NodeView): Panel<LogClassView> {
  const { nowMs, events } = node;
  const own = Map.groupBy(
    events.filter(({ kind }) => kind === 'log'),
    ({ subject }) => subject,
  );
  return panelOf(node, 'logs', ({ programs }) =>
    programs
      .flatMap(({ program, classes }) =>
        classes.flatMap(({ name, lastMs }) =>
          lastMs === undefined || nowMs - lastMs > historyWindowMs
            ? []
            : [{ program, name, count: countOf(own.get(program) ?? [], name), lastMs, last: momentOf(lastMs, nowMs) }],
        ),
      )
      .toSorted((a, b) => b.lastMs - a.lastMs),
  );
}

/** Logs that cannot be read, so that nothing is known of what they tell. */
export function unreadableLogsOf(node: NodeView): readonly string[] {
  const { logs } = node;
  if (logs.kind !== 'known') return [];
  return logs.facts.programs.filter(({ readable }) => readable === false).map(({ program }) => program);
}

function countOf(events: readonly TimedEvent[], name: string): string {
  const minutes = new Map<number, number>();
  let count = 0;
  for (const { detail, atMs } of events) {
    if (detail !== name) continue;
    count += 1;
    const minute = Math.floor(atMs / minuteMs);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }
  const isCut = events.length >= maxEventsPerSubject || [...minutes.values()].some((each) => each >= maxPerMinute);
  return `${isCut || count === 0 ? '≥ ' : ''}${Math.max(count, 1)}`;
}
