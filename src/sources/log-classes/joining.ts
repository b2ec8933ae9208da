/** Whether a line that tells of a failure belongs to the event that is open. */
import { isNear, isSecondCopy, subjectOf } from './event.ts';
import type { LinePlace, OpenEvent } from './event.ts';
import { reasonOf, taskOf } from './llama.ts';
import type { LogRecord } from './record.ts';
import { rankOf } from './rules.ts';
import type { Verdict } from './rules.ts';
import type { Memory } from './event.ts';

/** A line as the grouping sees it. */
export interface Line {
  readonly text: string;
  /** Without the head of the record. */
  readonly message: string;
  readonly record: LogRecord | undefined;
  readonly place: LinePlace;
  /** No line was left out before it. */
  readonly contiguous: boolean;
  readonly nowMs: number;
}

/** After so many lines that say nothing an event is over, but for its own continuation. */
export function isSpent(event: OpenEvent): boolean {
  return event.quietLines >= (event.kind === 'usage' ? 100 : 30);
}

/** True if a traceback on the next line would be this event's. */
export function mayLead(event: OpenEvent): boolean {
  if (event.trace) return false;
  return event.kind === 'record' || event.kind === 'lead' || event.text.includes('panicked at');
}

export function mayJoin(
  event: OpenEvent,
  kind: OpenEvent['kind'],
  line: Line,
  verdict: Verdict | undefined,
  phase: Memory['phase'],
): boolean {
  const { message, place, record, contiguous } = line;
  const isNext = contiguous && !isSpent(event);
  if (isStartup(kind) && isStartup(event.kind)) return joinsLlama(event, kind, line, phase);
  const subject = subjectOf(message);
  const isTold = kind === 'lead' || kind === 'record' || kind === 'death';
  if (subject !== undefined && subject === event.subject && isTold) return isNear(event.end, place.begin);
  if (!isNext) return false;
  if (!event.trace && isSecondCopy(event, record?.form, message)) return true;
  // A plain line after a record is the rest of its message, unless another program speaks.
  if (record === undefined && event.isRecord && !event.trace) return kind !== 'death';
  // A script asks until it gives up, and says so.
  if (event.kind === 'curl') return kind === 'curl' || (kind === 'death' && verdict?.rank === event.rank);
  if (kind === 'curl') return false;
  return kind === 'death' && event.kind === 'death' && isSameDeath(event, message, subject, verdict);
}

function isStartup(kind: OpenEvent['kind']): boolean {
  return kind === 'llama' || kind === 'usage';
}

/** A failed start is one event; while serving, each request that fails is one, and each failure without a request. */
function joinsLlama(event: OpenEvent, kind: OpenEvent['kind'], line: Line, phase: Memory['phase']): boolean {
  const { message, place } = line;
  if (kind === 'usage' || event.kind === 'usage') return isNear(event.end, place.begin) && message !== event.text;
  const task = taskOf(message);
  if (task === undefined) {
    if (phase === 'start') return true;
    return event.tasks.size === 0 && isNear(event.end, place.begin, phase === 'serve' ? 1024 : undefined);
  }
  if (event.tasks.has(task)) return true;
  if (event.tasks.size === 0) return isNear(event.end, place.begin);
  // One failure of the server that ends several requests.
  const reason = reasonOf(message);
  return taskOf(event.text) === undefined && reason !== undefined && reason === event.reason;
}

/** Several lines of one death: a library that is missed twice, a script's syntax error. A repeated line is a new death. */
function isSameDeath(
  event: OpenEvent,
  message: string,
  subject: string | undefined,
  verdict: Verdict | undefined,
): boolean {
  if (verdict?.rank !== event.rank || subject !== event.subject || message === event.text) return false;
  return verdict.rank === rankOf('app_load') || !/^[\w./-]+: (?:line )?\d+: /.test(message);
}
