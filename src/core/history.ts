import { z } from 'zod';
import type { TimedEvent } from './contract.ts';

export const timedEventSchema: z.ZodType<TimedEvent> = z.object({
  id: z.string(),
  atMs: z.number(),
  kind: z.string(),
  subject: z.string(),
  detail: z.string().exactOptional(),
  value: z.number().exactOptional(),
});

/** The last 24 hours of timed events, oldest first. */
export interface History {
  /** Returns true if any of them was new. */
  add(events: readonly TimedEvent[]): boolean;
  /** The same list until something changes. */
  events(): readonly TimedEvent[];
}

export const historyWindowMs = 24 * 3_600_000;
// A crash loop of 2.5 s makes 1,440 runs an hour: the newest hour of each subject always fits.
export const maxEventsPerSubject = 2_000;

/** Keeps events by id, so that one that is offered twice (read again after a kill) is there once. */
export function createHistory(nowMs: () => number, restored: readonly TimedEvent[] = []): History {
  let events = new Map<string, TimedEvent>();
  let sorted: readonly TimedEvent[] | undefined;
  add(restored);
  return {
    add,
    events(): readonly TimedEvent[] {
      const now = nowMs();
      if (sorted === undefined || ![sorted[0], sorted.at(-1)].every((event) => isNear(event, now))) sorted = prune(now);
      return sorted;
    },
  };

  function add(offered: readonly TimedEvent[]): boolean {
    const fresh = offered.filter(({ id }) => !events.has(id));
    for (const event of fresh) events.set(event.id, event);
    if (fresh.length > 0) sorted = undefined;
    return fresh.length > 0;
  }

  function prune(now: number): readonly TimedEvent[] {
    const inOrder = [...events.values()].filter((event) => isNear(event, now)).toSorted((a, b) => a.atMs - b.atMs);
    const counts = new Map<string, number>();
    const kept: TimedEvent[] = [];
    for (const event of inOrder.toReversed()) {
      const key = `${event.kind} ${event.subject}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= maxEventsPerSubject) kept.push(event);
    }
    const result = kept.toReversed();
    events = new Map(result.map((event) => [event.id, event]));
    return result;
  }
}

/** What lies far ahead is from before the clock was put right, and would otherwise be recent for ever. */
function isNear(event: TimedEvent | undefined, now: number): boolean {
  return event === undefined || Math.abs(event.atMs - now) <= historyWindowMs;
}
