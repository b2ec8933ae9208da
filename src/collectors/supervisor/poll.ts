import type { ProgramStatus } from '../../sources/supervisord/types.ts';
import { backoff, exited, fatal, sightingOf } from './adopt.ts';
import { countExit, countGaveUp, countStart } from './count.ts';
import type { ProgramRecord, Sighting } from './record.ts';
import type { RunEvent } from './runs.ts';

const maxPolled = 256;

/** Counts what two looks at a program tell: at most one start and one exit, so a lower bound. */
export function poll(
  record: ProgramRecord,
  status: ProgramStatus,
): { readonly record: ProgramRecord; readonly events: readonly RunEvent[] } {
  const { seen } = record;
  if (seen === undefined) return { record: { ...record, seen: sightingOf(status) }, events: [] };
  const events: RunEvent[] = [];
  let next = record;
  if (seen.pid !== 0 && status.pid !== seen.pid) {
    next = endOf(next, seen.pid);
    events.push({ kind: 'exit', pid: seen.pid, cause: 'unknown' });
  }
  if (hasNewRun(record, status, seen)) {
    next = countStart(next, 'unknown');
    events.push({ kind: 'start', pid: status.pid, trigger: 'unknown' });
    if (status.pid === 0) {
      next = countExit(next, 'unknown');
      events.push({ kind: 'exit', pid: 0, cause: 'unknown' });
    } else {
      next = { ...next, polled: [...next.polled, { pid: status.pid, ended: false }].slice(-maxPolled) };
    }
  }
  if (status.state === fatal && seen.state !== fatal) {
    next = { ...countGaveUp(next), polledFatals: next.polledFatals + 1 };
  }
  return { record: { ...withLastExit(next, status), seen: sightingOf(status) }, events };
}

function hasNewRun(record: ProgramRecord, status: ProgramStatus, seen: Sighting): boolean {
  if (status.pid !== 0) return status.pid !== seen.pid;
  // It came and went between two looks; without a stop after the start it never ran.
  const isNew = status.startSeconds !== seen.startSeconds && status.stopSeconds >= status.startSeconds;
  return isNew && Math.abs((record.spawnedMs ?? 0) - status.startSeconds * 1_000) >= 3_000;
}

function endOf(record: ProgramRecord, pid: number): ProgramRecord {
  const counted = { ...withPolledEnd(countExit(record, 'unknown'), pid), ended: true };
  const { open, ...rest } = counted;
  if (open?.pid !== pid) return counted;
  // A log that could only not be read may still tell the end of this run, and so its length; a silent one will not.
  return record.silent ? rest : { ...counted, open: { ...open, exitCounted: true } };
}

/** The end of a run that polling counts is counted: the log must not count it again. */
export function withPolledEnd(record: ProgramRecord, pid: number): ProgramRecord {
  return { ...record, polled: record.polled.map((run) => (run.pid === pid ? { ...run, ended: true } : run)) };
}

/** In these states the program ended by itself; only EXITED has a code, and -1 is any signal. */
function withLastExit(record: ProgramRecord, { state, stopSeconds, exitStatus }: ProgramStatus): ProgramRecord {
  const atMs = stopSeconds * 1_000;
  const isNews = atMs > (record.lastExit?.atMs ?? 0) + 1_000;
  if (!isNews || (state !== exited && state !== backoff && state !== fatal)) return record;
  return { ...record, lastExit: { atMs, ...(state === exited && exitStatus >= 0 ? { code: exitStatus } : {}) } };
}
