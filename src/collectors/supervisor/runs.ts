import * as os from 'node:os';
import type { ExitStatus, MainLogEvent } from '../../sources/supervisord/main-log.ts';
import type { ProgramStanza, ProgramStatus } from '../../sources/supervisord/types.ts';
import { countExit, countGaveUp, countRun, countStart } from './count.ts';
import type { ExitCause, Trigger } from './metrics.ts';
import { findPolled, withEndSeen, withPolledEnd } from './poll.ts';
import type { OpenRun, ProgramRecord } from './record.ts';

/** What a line of the main log means for one program, apart from the line itself. */
export interface LineContext {
  /** Unix time in milliseconds at which the line was written. */
  readonly atMs: number;
  readonly stanza: ProgramStanza | undefined;
  /** The program as it is now, later than the line; absent when supervisord does not answer or does not know it. */
  readonly status: ProgramStatus | undefined;
}

/** For the history. */
export type RunEvent =
  | { readonly kind: 'start'; readonly pid: number; readonly trigger: Trigger }
  | {
      readonly kind: 'exit';
      readonly pid: number;
      readonly cause: ExitCause;
      readonly code?: number;
      readonly seconds?: number;
    };

export interface Step {
  readonly record: ProgramRecord;
  readonly event?: RunEvent;
}

/** The rules by which starts, exits and lengths of runs follow from the lines of the main log, one line at a time. */
export function applyLine(record: ProgramRecord, event: MainLogEvent, context: LineContext): Step {
  switch (event.kind) {
    case 'supervisord_started':
      return supervisordStarted(record);
    case 'spawned':
      return spawned(record, event.pid, context);
    case 'success':
      return { record: record.open === undefined ? record : { ...record, open: { ...record.open, running: true } } };
    case 'exited':
      return exited(record, event, context);
    case 'stopped':
      return ended({ ...record, next: 'requested' }, 'stopped', codeOf(event.status), context.atMs);
    case 'gave_up':
      return { record: gaveUp(record) };
    case 'spawn_error':
      return { record: countExit(record, 'spawn_error'), event: { kind: 'exit', pid: 0, cause: 'spawn_error' } };
    default:
      return event satisfies never;
  }
}

function supervisordStarted(record: ProgramRecord): Step {
  const { open, ...rest } = record;
  const closed = open === undefined || open.exitCounted ? rest : countExit(withEndSeen(rest, open.pid), 'unknown');
  return { record: { ...closed, next: 'initial', ended: false } };
}

function spawned(record: ProgramRecord, pid: number, context: LineContext): Step {
  const { atMs } = context;
  const run: OpenRun = { pid, startMs: atMs, startFrom: 'log', startCounted: true, running: false, exitCounted: false };
  const polled = findPolled(record, pid, atMs);
  const isAdopted = record.open?.pid === pid;
  const before = isAdopted ? record : withoutOpenRun(record);
  const after: ProgramRecord = { ...before, spawnedMs: atMs, source: 'main_log', silent: false };
  if (polled !== undefined) {
    const open = { ...run, exitCounted: polled.ended };
    return { record: { ...after, open, polled: record.polled.filter((one) => one !== polled) } };
  }
  if (isAdopted && record.open?.startCounted === true) return { record: { ...after, open: run } };
  const trigger = triggerOf(record, pid, context);
  return { record: countStart({ ...after, open: run }, trigger), event: { kind: 'start', pid, trigger } };
}

/** The end of the run before was not told. */
function withoutOpenRun(record: ProgramRecord): ProgramRecord {
  const { open, ...rest } = record;
  if (open === undefined) return record;
  return { ...(open.exitCounted ? rest : countExit(rest, 'unknown')), ended: true };
}

// supervisord looks what to start again at least once a second.
const atOnceMs = 2_000;

function triggerOf(record: ProgramRecord, pid: number, { atMs, stanza, status }: LineContext): Trigger {
  // Where nobody knows autorestart: an operator is not that quick.
  const { lastExit } = record;
  const isAtOnce = lastExit !== undefined && atMs - lastExit.atMs <= atOnceMs;
  if (stanza === undefined && record.next === 'requested' && isAtOnce) return 'respawn';
  // `update` made the program anew: this process is its first although the log told of an end before.
  const isFirst = status?.pid === pid && status.stopSeconds === 0;
  if (isFirst && record.ended) return 'initial';
  return record.next ?? 'unknown';
}

function exited(record: ProgramRecord, event: MainLogEvent & { kind: 'exited' }, context: LineContext): Step {
  const code = codeOf(event.status);
  const step = ended(
    { ...record, next: isFollowed(record, event.expected, context) ? 'respawn' : 'requested' },
    causeOf(event.status, event.expected),
    code,
    context.atMs,
  );
  const lastExit = { atMs: context.atMs, ...(code === undefined ? {} : { code }) };
  return { ...step, record: { ...step.record, lastExit } };
}

function causeOf({ code, signal }: ExitStatus, expected: boolean): ExitCause {
  if (signal !== undefined) return 'signal';
  if (code === undefined) return 'unknown';
  return expected ? 'expected' : 'unexpected';
}

/** Whether supervisord starts the program again by itself. */
function isFollowed(record: ProgramRecord, expected: boolean, { atMs, stanza }: LineContext): boolean {
  const autorestart = stanza?.autorestart ?? 'unexpected';
  if (autorestart === 'true') return true;
  const { open } = record;
  // An exit within startsecs is retried whatever autorestart says, and never called expected.
  const startsecs = stanza?.startsecs ?? 1;
  const livedLong = expected || (open !== undefined && (open.running || atMs - open.startMs >= startsecs * 1_000));
  return !livedLong || (autorestart === 'unexpected' && !expected);
}

/** Closes the open run. */
function ended(record: ProgramRecord, cause: ExitCause, code: number | undefined, atMs: number): Step {
  const { open, ...rest } = record;
  if (record.source === 'poll' && open === undefined) return endedPolled(record, cause, code);
  const seconds = lengthOf(record, atMs);
  // The line of its start is among those that were lost.
  const started = open === undefined && record.doubtful ? countStart(rest, 'unknown') : rest;
  const counted = open?.exitCounted === true ? started : countExit(withEndSeen(started, open?.pid), cause);
  const timed = seconds === undefined ? counted : countRun(counted, seconds, cause !== 'stopped');
  return {
    record: { ...timed, ended: true },
    event: {
      kind: 'exit',
      pid: open?.pid ?? 0,
      cause,
      ...(code === undefined ? {} : { code }),
      ...(seconds === undefined ? {} : { seconds }),
    },
  };
}

/** The end of a run whose start the log did not tell: it counts if polling knows that run and has not seen its end. */
function endedPolled(record: ProgramRecord, cause: ExitCause, code: number | undefined): Step {
  const { seen } = record;
  if (seen === undefined || seen.pid === 0) return { record: { ...record, ended: true } };
  const counted = countExit(withPolledEnd(record, seen.pid), cause);
  return {
    record: { ...counted, ended: true, seen: { ...seen, pid: 0 } },
    event: { kind: 'exit', pid: seen.pid, cause, ...(code === undefined ? {} : { code }) },
  };
}

// A start in whole seconds is good enough for a run of a minute.
const coarseSeconds = 60;

function lengthOf({ open, doubtful }: ProgramRecord, atMs: number): number | undefined {
  if (open === undefined || doubtful) return undefined;
  const seconds = (atMs - open.startMs) / 1_000;
  return seconds >= (open.startFrom === 'rpc' ? coarseSeconds : 0) ? seconds : undefined;
}

function gaveUp(record: ProgramRecord): ProgramRecord {
  const asked: ProgramRecord = { ...record, next: 'requested' };
  return asked.polledFatals > 0 ? { ...asked, polledFatals: asked.polledFatals - 1 } : countGaveUp(asked);
}

// Python names three signals that Node does not.
const signalNumbers: Readonly<Record<string, number>> = {
  SIGCLD: 17,
  SIGRTMIN: 34,
  SIGRTMAX: 64,
  ...os.constants.signals,
};

/** As a shell would say it. */
function codeOf({ code, signal }: ExitStatus): number | undefined {
  if (signal === undefined) return code;
  const number = signalNumbers[signal] ?? Number(/^signal (\d+)$/.exec(signal)?.[1]);
  return Number.isInteger(number) ? 128 + number : undefined;
}
