import { z } from 'zod';
import { eventSources, exitCauses, runDurationBuckets, triggers } from './metrics.ts';

/** A run that has begun and not ended, as far as is known. */
const openRun = z.object({
  pid: z.number(),
  /** Unix time in milliseconds. */
  startMs: z.number(),
  /** `log`: to the millisecond. `rpc`: supervisord's whole seconds. */
  startFrom: z.enum(['log', 'rpc']),
  /** Its start is in the counters, or belongs to the time before counting. */
  startCounted: z.boolean(),
  /** `success:` was seen: it lived longer than startsecs. */
  running: z.boolean(),
  /** Polling has already counted its end. */
  exitCounted: z.boolean(),
});
export type OpenRun = z.infer<typeof openRun>;

const count = z.number().nonnegative();

const counters = z.object({
  starts: z.record(z.enum(triggers), count),
  exits: z.record(z.enum(exitCauses), count),
  gaveUp: count,
  runs: z.object({ buckets: z.array(count).length(runDurationBuckets.length), sum: count, count }),
  short: z.object({ count, sum: count, squares: count }),
});
/** What must never go back. */
export type Counters = z.infer<typeof counters>;

const sighting = z.object({ pid: z.number(), startSeconds: z.number(), state: z.number() });
/** What a snapshot said. */
export type Sighting = z.infer<typeof sighting>;

export const programRecord = z.object({
  counters,
  lastRunSeconds: z.number().exactOptional(),
  /** The last exit that nobody asked for. */
  lastExit: z.object({ atMs: z.number(), code: z.number().exactOptional() }).exactOptional(),
  /** What the next start will be; absent while nothing that came before is known. */
  next: z.enum(['initial', 'requested', 'respawn']).exactOptional(),
  /** A run has ended since supervisord started. */
  ended: z.boolean(),
  open: openRun.exactOptional(),
  /** When the newest `spawned:` was written. */
  spawnedMs: z.number().exactOptional(),
  source: z.enum(eventSources),
  /** Starts happened that the log did not tell: it counts again when it tells one. */
  silent: z.boolean(),
  /** The newest snapshot that agreed with what was counted. */
  seen: sighting.exactOptional(),
  /** Runs that polling counted and that the log may still tell of; pid 0 where it came and went between two looks. */
  polled: z.array(z.object({ pid: z.number(), startSeconds: z.number(), ended: z.boolean() })),
  polledFatals: z.number(),
  /** Lines of the log were lost: lengths are not known until a snapshot agrees with the log again. */
  doubtful: z.boolean(),
});

/** All that is known of one program. Never changed in place. */
export type ProgramRecord = z.infer<typeof programRecord>;

export function emptyRecord(): ProgramRecord {
  return {
    counters: zeroCounters(),
    ended: false,
    source: 'main_log',
    silent: false,
    polled: [],
    polledFatals: 0,
    doubtful: false,
  };
}

function zeroCounters(): Counters {
  return {
    starts: { initial: 0, requested: 0, respawn: 0, unknown: 0 },
    exits: { expected: 0, unexpected: 0, signal: 0, spawn_error: 0, stopped: 0, unknown: 0 },
    gaveUp: 0,
    runs: { buckets: runDurationBuckets.map(() => 0), sum: 0, count: 0 },
    short: { count: 0, sum: 0, squares: 0 },
  };
}
