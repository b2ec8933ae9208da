/** Sums up events as they end, so that a flood of them is never held in memory. */
import type { LogEvent } from './types.ts';

export interface Tallied {
  /** How many events of each class ended, and the time of the newest, in Unix milliseconds. */
  readonly counts: Readonly<Record<string, number>>;
  readonly newestMs: Readonly<Record<string, number>>;
  /** The first of them, for whoever wants to tell them: a flood of failures makes no flood of replies. */
  readonly events: readonly LogEvent[];
  readonly lines: number;
}

export interface Tally {
  add(found: { readonly events: readonly LogEvent[]; readonly lines: number }): void;
  /** The sum since the last call. */
  take(): Tallied;
}

const maxEvents = 100;

export function createTally(): Tally {
  let sum = nothing();

  return {
    add({ events, lines }) {
      for (const { class: name, atMs } of events) {
        sum.counts[name] = (sum.counts[name] ?? 0) + 1;
        sum.newestMs[name] = Math.max(atMs, sum.newestMs[name] ?? 0);
      }
      sum.events.push(...events.slice(0, maxEvents - sum.events.length));
      sum.lines += lines;
    },
    take() {
      const taken = sum;
      sum = nothing();
      return taken;
    },
  };
}

function nothing(): {
  counts: Record<string, number>;
  newestMs: Record<string, number>;
  events: LogEvent[];
  lines: number;
} {
  return { counts: {}, newestMs: {}, events: [], lines: 0 };
}
