import type { TimedEvent } from '../../core/contract.ts';
import { ownValue } from '../../core/own-value.ts';
import { zoneError } from '../../sources/supervisord/log-clock.ts';
import type { SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import type { ProgramRecord } from './record.ts';
import type { Saved } from './saved.ts';

/**
 * Where supervisord lives in another time zone than we do, the starts that the log tells are off by hours from those that
 * the RPC tells. Corrects, after the log was read back, the clock and all times that were told by it.
 */
export function calibrate(
  saved: Saved,
  events: readonly TimedEvent[],
  snapshot: SupervisordSnapshot,
): { readonly saved: Saved; readonly events: readonly TimedEvent[] } {
  const errorMs = zoneErrorOf(saved, snapshot);
  if (errorMs === 0) return { saved, events };
  const { lastMs, ...rest } = saved.clock;
  const clock = {
    ...rest,
    correctionMs: rest.correctionMs + errorMs,
    ...(lastMs === undefined ? {} : { lastMs: lastMs + errorMs }),
  };
  const programs = Object.entries(saved.programs).map(([program, record]): [string, ProgramRecord] => [
    program,
    shift(record, errorMs),
  ]);
  return {
    saved: { ...saved, clock, programs: Object.fromEntries(programs) },
    events: events.map((event) => ({ ...event, atMs: event.atMs + errorMs })),
  };
}

function zoneErrorOf({ programs }: Saved, snapshot: SupervisordSnapshot): number {
  for (const { program, pid, startSeconds } of snapshot.programs) {
    const open = ownValue(programs, program)?.open;
    if (pid !== 0 && open?.pid === pid && open.startFrom === 'log') return zoneError(open.startMs, startSeconds);
  }
  return 0;
}

function shift(record: ProgramRecord, byMs: number): ProgramRecord {
  const { open, lastExit, spawnedMs } = record;
  return {
    ...record,
    ...(open?.startFrom === 'log' ? { open: { ...open, startMs: open.startMs + byMs } } : {}),
    ...(lastExit === undefined ? {} : { lastExit: { ...lastExit, atMs: lastExit.atMs + byMs } }),
    ...(spawnedMs === undefined ? {} : { spawnedMs: spawnedMs + byMs }),
  };
}
