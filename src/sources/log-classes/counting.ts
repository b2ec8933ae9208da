/** Decides which closed events count: a failure that is told twice counts once. */
import { isCounted, isFatal, isNear, isSecondCopy, rankOfEvent, weigh } from './event.ts';
import type { LastEvent, OpenEvent } from './event.ts';
import { logClasses } from './types.ts';
import type { LogEvent } from './types.ts';
import { rankOf } from './rules.ts';

export interface Counting {
  close(event: OpenEvent): void;
  /** Counts the event that waits to see whether the next one repeats it. */
  settle(): void;
  pending(): OpenEvent | undefined;
  /** The last event of each class and subject, the newest last. */
  recent(): readonly LastEvent[];
  /** The events counted since the last call. */
  take(): LogEvent[];
}

export function createCounting(restored: readonly LastEvent[]): Counting {
  let counted: LogEvent[] = [];
  let recent = restored;
  let waiting: OpenEvent | undefined;

  function close(event: OpenEvent): void {
    if (!isCounted(event)) return;
    const before = waiting;
    waiting = undefined;
    const both = before && isRetold(before, event) ? joined(before, event) : undefined;
    if (before && !both) count(before);
    const next = both ?? event;
    // An exception that a program logs and raises again is logged again by what called it.
    if (next.trace && next.isRecord) waiting = next;
    else count(next);
  }

  function count(event: OpenEvent): void {
    const rank = rankOfEvent(event);
    const now = lastOf(event, rank);
    const repeated = recent.find((last) => isRepeat(last, now, event.text));
    const merged = repeated && { ...now, firstMs: repeated.firstMs, hasTrace: repeated.hasTrace || now.hasTrace };
    const others = recent.filter((last) => last.rank !== rank || last.subject !== now.subject);
    recent = [...others.slice(-maxRecent), merged ?? now];
    if (repeated) return;
    const name = rank === unclassified ? (event.userClass ?? 'unclassified') : (logClasses[rank] ?? 'unclassified');
    counted.push({ class: name, atMs: event.stampMs ?? event.readMs, offset: event.begin.offset });
  }

  return {
    close,
    settle() {
      if (waiting) count(waiting);
      waiting = undefined;
    },
    pending: () => waiting,
    recent: () => recent,
    take() {
      const taken = counted;
      counted = [];
      return taken;
    },
  };
}

// More than there are classes: the workers of a gunicorn that all hang are killed after all of them were told.
const maxRecent = 40;
const unclassified = rankOf('unclassified');

function lastOf(event: OpenEvent, rank: number): LastEvent {
  return {
    rank,
    firstMs: event.stampMs,
    lastMs: event.stampMs,
    hasTrace: event.trace !== undefined || event.hasStack,
    subject: event.subject,
    fatal: isFatal(event),
    end: event.end,
  };
}

// What prints a traceback of an exception that passed through it: uvicorn, temporalio, gunicorn.
const wrappers =
  /(?:^|^[\w.]+:? +)(?:Exception in ASGI application|Completing activity as failed|Worker failed, shutting down|Exception in worker process|Task exception was never retrieved)/;

function isRetold(first: OpenEvent, second: OpenEvent): boolean {
  const exception = second.trace?.exception() ?? '';
  if (exception === '' || first.trace?.exception() !== exception || !isNear(first.end, second.begin)) return false;
  if (!second.isRecord || isSecondCopy(first, second.form, second.text)) return true;
  return wrappers.test(second.text) && !wrappers.test(first.text);
}

function joined(first: OpenEvent, second: OpenEvent): OpenEvent {
  for (const verdict of first.trace?.verdicts() ?? []) weigh(first, verdict);
  return {
    ...second,
    begin: first.begin,
    memory: first.memory,
    stampMs: first.stampMs,
    readMs: first.readMs,
    rank: Math.min(first.rank, second.rank),
    vagueRank: Math.min(first.vagueRank, second.vagueRank),
  };
}

const sameMomentMs = 2_000;
const longestMs = 30_000;
// A server that cannot be reached is asked again and again: one outage, told anew every five minutes while it lasts.
const outageGapMs = 30_000;
const outageMs = 300_000;

/** One failure often makes several records of one class within a moment; a traceback each are failures each. */
function isRepeat(last: LastEvent, now: LastEvent, text: string): boolean {
  if (last.lastMs === undefined || now.lastMs === undefined) return false;
  const gapMs = Math.abs(now.lastMs - last.lastMs);
  const sinceFirstMs = now.lastMs - (last.firstMs ?? last.lastMs);
  const isSameSubject = last.subject === now.subject;
  // gunicorn kills the worker whose timeout it told.
  if (isSameSubject && now.subject !== undefined && killed.test(text)) return gapMs <= longestMs;
  if (last.rank !== now.rank || (last.hasTrace && now.hasTrace)) return false;
  if (!isSameSubject && last.subject !== undefined && now.subject !== undefined) return false;
  if (last.rank === rankOf('temporal_rpc')) return gapMs <= outageGapMs && sinceFirstMs <= outageMs;
  return gapMs <= sameMomentMs && sinceFirstMs <= longestMs;
}

const killed = /^Worker (?:\(pid:\d+\) was sent SIG|with pid \d+ was terminated due to signal )/;
