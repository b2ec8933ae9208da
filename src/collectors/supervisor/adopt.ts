import type { ProgramStanza, ProgramStatus } from '../../sources/supervisord/types.ts';
import type { OpenRun, ProgramRecord, Sighting } from './record.ts';

// supervisor/states.py
export const stopped = 0;
const starting = 10;
export const backoff = 30;
export const exited = 100;
export const fatal = 200;

/** The first look at a program takes it as it is and counts nothing. */
export function adopt(record: ProgramRecord, status: ProgramStatus, stanza: ProgramStanza | undefined): ProgramRecord {
  const { open, ...rest } = record;
  const isSame = open !== undefined && open.pid === status.pid;
  // Its lines are on their way.
  if (open !== undefined && !isSame && isJustNow(status)) return record;
  const run = isSame ? open : runOf(status, false);
  return {
    ...rest,
    next: record.next ?? nextStart(status, stanza),
    ended: record.ended || status.stopSeconds > 0,
    ...(run === undefined ? {} : { open: run }),
    seen: sightingOf(status),
  };
}

function isJustNow({ nowSeconds, startSeconds, stopSeconds }: ProgramStatus): boolean {
  return nowSeconds - Math.max(startSeconds, stopSeconds) <= 2;
}

/** The run that a snapshot shows; `startCounted`: the log will not tell its start any more. */
export function runOf(status: ProgramStatus, startCounted: boolean): OpenRun | undefined {
  const { pid, startSeconds, state } = status;
  if (pid === 0) return undefined;
  const running = state !== starting;
  return { pid, startMs: startSeconds * 1_000, startFrom: 'rpc', startCounted, running, exitCounted: false };
}

/** A `spawned:` line and a start that the RPC tells are the same: the line follows at once, the RPC cuts off the second. */
export function isSameStart(spawnedMs: number | undefined, startSeconds: number): boolean {
  if (spawnedMs === undefined) return false;
  const lateMs = spawnedMs - startSeconds * 1_000;
  return lateMs > -100 && lateMs < 2_000;
}

export function sightingOf({ pid, startSeconds, state }: ProgramStatus): Sighting {
  return { pid, startSeconds, state };
}

/** What the newest start was, if there is a process whose line is still to come, else what the next one will be. */
function nextStart(status: ProgramStatus, stanza: ProgramStanza | undefined): 'initial' | 'requested' | 'respawn' {
  if (status.startSeconds === 0 || (status.pid !== 0 && status.stopSeconds === 0)) return 'initial';
  if (status.state === stopped || status.state === fatal) return 'requested';
  if (status.state !== exited || stanza?.autorestart === 'true') return 'respawn';
  const expected = (stanza?.exitcodes ?? [0]).includes(status.exitStatus);
  return stanza?.autorestart === 'false' || expected ? 'requested' : 'respawn';
}
