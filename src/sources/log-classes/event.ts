/** An event while its lines are still coming. */
import type { TailPoint } from '../tail/ledger.ts';
import { logClasses } from './types.ts';
import type { Family } from './types.ts';
import type { Verdict } from './rules.ts';
import type { Traceback } from './traceback.ts';

/** Where a line stands in its log. */
export interface LinePlace {
  readonly begin: TailPoint;
  readonly end: TailPoint;
}

export interface OpenEvent {
  readonly begin: TailPoint;
  /** What was remembered when it began: reading again from `begin` starts with this. */
  readonly memory: Memory;
  readonly kind: Family | 'record';
  /** Told by a record of the program's log, not by a bare line. */
  readonly isRecord: boolean;
  /** The form of that record. */
  readonly form: string | undefined;
  readonly text: string;
  /** What it is about: a process, a request, an activity, a GPU. Different subjects are different events. */
  readonly subject: string | undefined;
  /** The line's own time. */
  readonly stampMs: number | undefined;
  readonly readMs: number;
  /** The best definite class so far, and the best vague one. */
  rank: number;
  vagueRank: number;
  userClass: string | undefined;
  /** A warning that no rule knows becomes an event only if a traceback follows. */
  counts: boolean;
  /** Told at a level that never counts, with a traceback. */
  isBenign: boolean;
  trace: Traceback | undefined;
  /** The stack of a JavaScript error follows it. */
  hasStack: boolean;
  end: TailPoint;
  touchedMs: number;
  /** Lines since the last one that said something. */
  quietLines: number;
  /** llama-server: requests that it concerns, and the reason they were given. */
  readonly tasks: Set<string>;
  reason: string | undefined;
  /** Events of their own that came in between; they are counted after it, so that nothing is read twice. */
  readonly companions: OpenEvent[];
}

/** What outlives an event: plain JSON, saved beside the position. */
export interface Memory {
  readonly phase: 'start' | 'serve' | undefined;
  /** A failure of the start that is going on was counted already. */
  readonly startTold: boolean;
  /** Forms of records seen in this log. */
  readonly forms: readonly string[];
  /** The last event of each class and subject, the newest last. */
  readonly recent: readonly LastEvent[];
}

export interface LastEvent {
  readonly rank: number;
  /** Of the first of those that were taken for one. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly hasTrace: boolean;
  readonly subject: string | undefined;
  /** It may have killed the process, so that a shell's report of the death is its echo. */
  readonly fatal: boolean;
  /** Not kept across a restart: names of files change. */
  readonly end?: TailPoint;
}

export const emptyMemory: Memory = { phase: undefined, startTold: false, forms: [], recent: [] };

const unknown = logClasses.length;

export function openEvent(
  of: Pick<OpenEvent, 'memory' | 'kind' | 'isRecord' | 'form' | 'text' | 'stampMs' | 'readMs' | 'counts'>,
  place: LinePlace,
): OpenEvent {
  return {
    ...of,
    text: of.text.slice(0, textLength),
    begin: place.begin,
    end: place.end,
    subject: subjectOf(of.text),
    rank: unknown,
    vagueRank: unknown,
    userClass: undefined,
    isBenign: false,
    trace: undefined,
    hasStack: false,
    touchedMs: of.readMs,
    quietLines: 0,
    tasks: new Set(),
    reason: undefined,
    companions: [],
  };
}

const textLength = 200;

/** True for a record that a second handler wrote in its own form: uvicorn's loggers pass theirs on to the root logger's. */
export function isSecondCopy(event: OpenEvent, form: string | undefined, message: string): boolean {
  if (form === undefined || event.form === undefined || form === event.form || event.text === '') return false;
  return message.slice(0, 2 * textLength).includes(event.text);
}

/** Adds what a line says. */
export function weigh(event: OpenEvent, verdict: Verdict | undefined): void {
  if (verdict === undefined) return;
  if (verdict.vague) event.vagueRank = Math.min(event.vagueRank, verdict.rank);
  else event.rank = Math.min(event.rank, verdict.rank);
}

/** Its class as an index of `logClasses`. */
export function rankOfEvent(event: OpenEvent): number {
  for (const verdict of event.trace?.verdicts() ?? []) weigh(event, verdict);
  const rank = event.rank === unknown ? event.vagueRank : event.rank;
  return Math.min(rank, unknown - 1);
}

export function isCounted(event: OpenEvent): boolean {
  if (!event.counts) return false;
  // A traceback of Ctrl-C or of a cancelled task is the end of a wait, unless a record calls it a failure.
  const says = event.rank < unknown || event.vagueRank < unknown || (event.trace?.verdicts().length ?? 0) > 0;
  return says || event.trace === undefined || event.trace.counts();
}

/** It may have killed the process, so that a shell's report of the death is its echo. */
export function isFatal(event: OpenEvent): boolean {
  if (event.kind === 'llama') return event.memory.phase !== 'serve' || event.rank < unknown - 1;
  return !event.isRecord && event.kind !== 'usage' && event.kind !== 'curl';
}

const subjects = [
  /'activity_id': '([^']*)'(?:.*?'attempt': (\d+))?(?:.*?'workflow_run_id': '([^']*)')?/,
  /\bNVRM: Xid \(PCI:([\w:]+)[\w.]*\): (\d+)/,
  // The same as Xid 79, told once more without its number.
  /\bNVRM: GPU (?:at )?(?:PCI:)?([\da-f:]+)\S* (?:GPU )?has (fallen) off the bus/i,
  /\b(?:pid[:= ]|process )(\d+)\b/i,
];

export function subjectOf(text: string): string | undefined {
  const match = subjects.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  return match
    ?.slice(1)
    .filter(Boolean)
    .join(' ')
    .replace(/ fallen$/, ' 79');
}

/** Two places so close that what stands there may be about the same thing. */
export function isNear(before: TailPoint | undefined, after: TailPoint, withinBytes = 4096): boolean {
  return before?.file === after.file && after.offset - before.offset <= withinBytes;
}
