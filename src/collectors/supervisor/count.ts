import { runDurationBuckets } from './metrics.ts';
import type { ExitCause, Trigger } from './metrics.ts';
import type { ProgramRecord } from './record.ts';

export function countStart(record: ProgramRecord, trigger: Trigger): ProgramRecord {
  const { counters } = record;
  const starts = { ...counters.starts, [trigger]: counters.starts[trigger] + 1 };
  return { ...record, counters: { ...counters, starts } };
}

export function countExit(record: ProgramRecord, cause: ExitCause): ProgramRecord {
  const { counters } = record;
  const exits = { ...counters.exits, [cause]: counters.exits[cause] + 1 };
  return { ...record, counters: { ...counters, exits } };
}

export function countGaveUp(record: ProgramRecord): ProgramRecord {
  return { ...record, counters: { ...record.counters, gaveUp: record.counters.gaveUp + 1 } };
}

// Longer runs say nothing of a cadence.
const shortSeconds = 3_600;

/** Counts the length of a completed run; `unasked`: nobody stopped it. */
export function countRun(record: ProgramRecord, seconds: number, unasked: boolean): ProgramRecord {
  const { runs, short } = record.counters;
  const buckets = runs.buckets.map((below, index) => below + Number(seconds <= (runDurationBuckets[index] ?? 0)));
  const counters = {
    ...record.counters,
    runs: { buckets, sum: runs.sum + seconds, count: runs.count + 1 },
    short:
      unasked && seconds <= shortSeconds
        ? { count: short.count + 1, sum: short.sum + seconds, squares: short.squares + seconds * seconds }
        : short,
  };
  return { ...record, counters, lastRunSeconds: seconds };
}
