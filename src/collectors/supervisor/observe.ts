import type { ProgramStatus } from '../../sources/supervisord/types.ts';
import { isSameStart, runOf, sightingOf, stopped } from './adopt.ts';
import { countExit, countStart } from './count.ts';
import { isNewRun, poll } from './poll.ts';
import type { ProgramRecord } from './record.ts';
import type { RunEvent } from './runs.ts';

export interface Observation {
  readonly record: ProgramRecord;
  readonly events: readonly RunEvent[];
}

// supervisord writes a line before it answers the next call; this is for a log that is slow to reach us.
export const silentAfterMs = 10_000;

/**
 * Compares a program with a snapshot that is newer than every line of its log. `disagreesForMs`: how long the two have been
 * at odds; undefined if they agree.
 */
export function observe(record: ProgramRecord, status: ProgramStatus, disagreesForMs: number | undefined): Observation {
  const known = withStateSeen(record, status);
  if (disagreesForMs === undefined && !known.silent) return { record: settled(known, status), events: [] };
  if (known.source === 'poll') return poll(known, status);
  if ((disagreesForMs ?? 0) < silentAfterMs) return { record: known, events: [] };
  return known.doubtful ? reconcile(known, status) : poll({ ...beginPolling(known), silent: true }, status);
}

/** The same where the log cannot be read, or cannot tell this program from another one. */
export function observeWithoutLog(record: ProgramRecord, status: ProgramStatus): Observation {
  const known = withStateSeen(record, status);
  return poll(known.source === 'poll' ? known : beginPolling(known), status);
}

/** The log explains the snapshot: the same process, or none, and no start that it did not tell. */
export function agrees(record: ProgramRecord, status: ProgramStatus): boolean {
  const { open, seen } = record;
  if (status.pid !== (open?.pid ?? 0) || open?.exitCounted === true) return false;
  if (status.pid !== 0 || seen === undefined || !isNewRun(status, seen)) return true;
  return isSameStart(record.spawnedMs, status.startSeconds);
}

/** An operator's stop of a program in BACKOFF is not in the log. */
function withStateSeen(record: ProgramRecord, status: ProgramStatus): ProgramRecord {
  const isStop = status.state === stopped && record.next === 'respawn' && record.open === undefined;
  return isStop ? { ...record, next: 'requested' } : record;
}

function settled(record: ProgramRecord, status: ProgramStatus): ProgramRecord {
  return { ...record, source: 'main_log', polled: [], polledFatals: 0, doubtful: false, seen: sightingOf(status) };
}

/** Bytes of the log were lost: what the snapshot shows and the log does not must have been in them. */
function reconcile(record: ProgramRecord, status: ProgramStatus): Observation {
  const { open, ...rest } = record;
  const events: RunEvent[] = [];
  let next: ProgramRecord = rest;
  if (open !== undefined && !open.exitCounted) {
    next = { ...countExit(next, 'unknown'), ended: true, next: 'respawn' };
    events.push({ kind: 'exit', pid: open.pid, cause: 'unknown' });
  }
  const run = runOf(status, true);
  if (run !== undefined) {
    next = { ...countStart(next, 'unknown'), open: run };
    events.push({ kind: 'start', pid: run.pid, trigger: 'unknown' });
  }
  return { record: withStateSeen(settled(next, status), status), events };
}

/** What the log has told so far is where polling begins. */
function beginPolling(record: ProgramRecord): ProgramRecord {
  const { open, seen } = record;
  const startSeconds = seen?.startSeconds ?? 0;
  return { ...record, source: 'poll', seen: { pid: open?.pid ?? 0, startSeconds, state: seen?.state ?? stopped } };
}
