import type { ProgramStatus } from '../../sources/supervisord/types.ts';
import { backoff, exited, fatal, isSameStart, sightingOf } from './adopt.ts';
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
    const { pid, startSeconds } = status;
    const run = { pid, startSeconds, ended: pid === 0 };
    next = { ...countStart(next, 'unknown'), polled: [...next.polled, run].slice(-maxPolled) };
    events.push({ kind: 'start', pid, trigger: 'unknown' });
    if (run.ended) {
      next = countExit(next, 'unknown');
      events.push({ kind: 'exit', pid, cause: 'unknown' });
    }
  }
  if (status.state === fatal && seen.state !== fatal) {
    next = { ...countGaveUp(next), polledFatals: next.polledFatals + 1 };
  }
  return { record: { ...withLastExit(next, status), seen: sightingOf(status) }, events };
}

function hasNewRun(record: ProgramRecord, status: ProgramStatus, seen: Sighting): boolean {
  if (status.pid !== 0) return status.pid !== seen.pid;
  return isNewRun(status, seen) && !isSameStart(record.spawnedMs, status.startSeconds);
}

/** Without a process now: a run that came and went between two looks. A start without a later stop never ran. */
export function isNewRun({ startSeconds, stopSeconds }: ProgramStatus, seen: Sighting): boolean {
  return startSeconds !== 0 && startSeconds !== seen.startSeconds && stopSeconds >= startSeconds;
}

function endOf(record: ProgramRecord, pid: number): ProgramRecord {
  const counted = { ...withPolledEnd(countExit(record, 'unknown'), pid), ended: true };
  const { open, ...rest } = counted;
  if (open?.pid !== pid) return counted;
  // A log that could only not be read may still tell the end of this run, and so its length; a silent one will not.
  return record.silent ? rest : { ...counted, open: { ...open, exitCounted: true } };
}

/** The run whose start the log tells now, if polling has counted it. */
export function findPolled(
  record: ProgramRecord,
  pid: number,
  startMs: number,
): ProgramRecord['polled'][number] | undefined {
  return record.polled.find((run) => run.pid === pid || (run.pid === 0 && isSameStart(startMs, run.startSeconds)));
}

/** The end of a run that polling counts is counted: the log must not count it again. */
export function withPolledEnd(record: ProgramRecord, pid: number): ProgramRecord {
  return { ...record, polled: record.polled.map((run) => (run.pid === pid ? { ...run, ended: true } : run)) };
}

/** The log has told the end of a run that polling watches too: polling must not count it again. */
export function withEndSeen(record: ProgramRecord, pid: number | undefined): ProgramRecord {
  const { seen } = record;
  return seen === undefined || seen.pid !== pid ? record : { ...record, seen: { ...seen, pid: 0 } };
}

/** In these states the program ended by itself; only EXITED has a code, and -1 is any signal. */
function withLastExit(record: ProgramRecord, { state, stopSeconds, exitStatus }: ProgramStatus): ProgramRecord {
  const atMs = stopSeconds * 1_000;
  const isNews = atMs > (record.lastExit?.atMs ?? 0) + 1_000;
  if (!isNews || (state !== exited && state !== backoff && state !== fatal)) return record;
  return { ...record, lastExit: { atMs, ...(state === exited && exitStatus >= 0 ? { code: exitStatus } : {}) } };
}
