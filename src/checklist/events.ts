import type { TimedEvent } from '../core/contract.ts';

interface Index {
  readonly bySubject: ReadonlyMap<string, readonly TimedEvent[]>;
  readonly byKind: ReadonlyMap<string, readonly TimedEvent[]>;
}

// A day may hold many events, and each look asks for them once a subject; the history gives the same list until it changes.
const indexes = new WeakMap<readonly TimedEvent[], Index>();

/** Those of one subject, oldest first. */
export function eventsOf(events: readonly TimedEvent[], subject: string): readonly TimedEvent[] {
  return indexOf(events).bySubject.get(subject) ?? [];
}

/** Those of one kind, oldest first. */
export function eventsOfKind(events: readonly TimedEvent[], kind: string): readonly TimedEvent[] {
  return indexOf(events).byKind.get(kind) ?? [];
}

function indexOf(events: readonly TimedEvent[]): Index {
  const known = indexes.get(events);
  if (known !== undefined) return known;
  const index = {
    bySubject: Map.groupBy(events, ({ subject }) => subject),
    byKind: Map.groupBy(events, ({ kind }) => kind),
  };
  indexes.set(events, index);
  return index;
}
