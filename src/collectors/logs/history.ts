/** Log events for the history: enough to tell what happened, never a flood. */
import type { TimedEvent } from '../../core/contract.ts';
import type { LogEvent } from '../../sources/log-classes/types.ts';

export interface LogHistory {
  /** Those to keep; the same event has the same id when it is read again. */
  select(program: string, path: string, inode: string, events: readonly LogEvent[]): TimedEvent[];
}

const maxPerMinute = 6;
const minuteMs = 60_000;

export function createLogHistory(): LogHistory {
  const minutes = new Map<string, { minute: number; kept: number }>();

  function isTooMany(key: string, atMs: number): boolean {
    const minute = Math.floor(atMs / minuteMs);
    const known = minutes.get(key);
    const current = known?.minute === minute ? known : { minute, kept: 0 };
    minutes.set(key, current);
    current.kept += 1;
    return current.kept > maxPerMinute;
  }

  return {
    select(program, path, inode, events) {
      return events
        .filter((event) => !isTooMany(`${program} ${event.class}`, event.atMs))
        .map((event) => ({
          id: `log ${path} ${inode} ${event.offset} ${event.class}`,
          atMs: event.atMs,
          kind: 'log',
          subject: program,
          detail: event.class,
        }));
    },
  };
}
