/** Groups the lines of one log into events. Every line that may matter passes here, in order. */
import type { TailPoint } from '../tail/ledger.ts';
import { saysMore, whatOf } from './continuation.ts';
import { createCounting } from './counting.ts';
import { emptyMemory, isFatal, isNear, openEvent, weigh } from './event.ts';
import type { LinePlace, Memory, OpenEvent } from './event.ts';
import { isSpent, mayJoin, mayLead } from './joining.ts';
import type { Line } from './joining.ts';
import { isLoneException } from './exceptions.ts';
import { isLlamaEnd, isLlamaText, llamaMark, reasonOf, taskOf } from './llama.ts';
import { isBareException, isNoise, isObituary, isShellTrace } from './noise.ts';
import { readRecord } from './record.ts';
import { rankOf, verdictOn } from './rules.ts';
import type { Verdict } from './rules.ts';
import { createTraceback, isTracebackHeader, tracebackIn } from './traceback.ts';
import type { Traceback } from './traceback.ts';
import type { LogEvent } from './types.ts';

export interface Grouping {
  /** Takes one line, cleaned; says whether it is part of an event. `contiguous`: no line was left out before it. */
  take(text: string, place: LinePlace, contiguous: boolean, nowMs: number): boolean;
  /** The next line may matter, whatever it says. */
  wantsNext(): boolean;
  /** The line just taken, part of the open event, meets one of the user's patterns. */
  claim(userClass: string): void;
  /** Closes events after which it has been silent for long enough; `always`: bytes are missing, or it is the end. */
  silence(nowMs: number, always?: boolean): void;
  events(): LogEvent[];
  /** Begin of the oldest event that is not counted yet, and the memory to read again from there with. */
  checkpoint(): { readonly begin: TailPoint | undefined; readonly memory: Memory };
}

const silenceMs = 1_000;
// A model may take seconds between the first complaint and the last.
const startSilenceMs = 10_000;
// Forms of records that no message of an exception imitates by chance.
const unmistakable: ReadonlySet<string> = new Set([
  'llama',
  'stamped',
  'json',
  'glog',
  'syslog',
  'onnx',
  'uvicorn',
  'basic',
]);

export function createGrouping(restored: Memory = emptyMemory): Grouping {
  const counting = createCounting(restored.recent);
  const forms = new Set(restored.forms);
  let { phase, startTold } = restored;
  let open: OpenEvent | undefined;

  function take(text: string, place: LinePlace, contiguous: boolean, nowMs: number): boolean {
    if (text.trim() === '') return takeBlank(place);
    if (isShellTrace(text)) return false;
    // Most lines of a traceback: no record begins with a blank.
    if (open?.trace && contiguous && text.startsWith(' ')) {
      if (open.trace.accept(text, false)) return touch(open, place, nowMs);
      closeOpen();
      return false;
    }
    const record = readRecord(text, nowMs);
    const line: Line = { text, message: record ? record.message : text, record, place, contiguous, nowMs };
    if (open?.trace && contiguous && takeIntoTrace(open.trace, line)) return touch(open, place, nowMs);
    if (record?.level) forms.add(record.form);
    const trace = tracebackIn(text);
    if (trace) return takeHeader(line, trace);
    if (record?.level === 'info') return takeInfo(line);
    if (isNoise(line.message)) return false;
    return record?.level ? takeRecord(line) : takePlain(line);
  }

  function takeBlank(place: LinePlace): false {
    if (open) open.quietLines += 1;
    if (open?.trace?.accept('', false)) open.end = place.end;
    return false;
  }

  /** A line like a record ends a traceback only in a form that this log is known to use, or that is unmistakable. */
  function takeIntoTrace(trace: Traceback, { text, record, nowMs }: Line): boolean {
    const bare = trace.bare(text);
    const own = bare === text ? record : readRecord(bare, nowMs);
    const isRecord = own?.level !== undefined && (unmistakable.has(own.form) || forms.has(own.form));
    return trace.accept(bare, isRecord);
  }

  function takeHeader(line: Line, trace: Traceback): boolean {
    // What a program tells at INFO it has dealt with; but a process may die right after any record.
    const isTold = line.record?.level === 'info' && !isTracebackHeader(line.message);
    const isLed = open !== undefined && line.contiguous && !isTold && !isSpent(open) && mayLead(open);
    const event = open !== undefined && isLed ? open : start('lead', true, line);
    event.isBenign ||= isTold;
    event.counts = !event.isBenign;
    event.trace = trace;
    return touch(event, line.place, line.nowMs);
  }

  function takeInfo(line: Line): false {
    if (open && open.kind !== 'llama') closeOpen();
    // sdk-python tells a benign failure at DEBUG, with its traceback.
    if (line.message.includes('Completing activity as failed')) start('record', false, line).isBenign = true;
    noteMark(line.message);
    return false;
  }

  function takeRecord(line: Line): boolean {
    const { message, record } = line;
    const level = record?.level === 'warning' ? 'warning' : 'error';
    const verdict = verdictOn(message, level);
    if (level === 'error' || verdict) return report(line, verdict);
    // A warning that no rule knows counts only if a traceback follows.
    if (record?.form !== 'llama' && !isLlamaText(message)) start('record', false, line);
    return false;
  }

  function takePlain(line: Line): boolean {
    const { message, place } = line;
    if (open?.kind === 'death' && line.contiguous && whatOf(message) !== undefined) return takeContinuation(open, line);
    const verdict = verdictOn(message, 'plain');
    if (verdict && isObituary(message) && isEcho(place)) return open ? touch(open, place, line.nowMs) : true;
    if (verdict) return report(line, verdict);
    noteMark(message);
    if (open && line.contiguous && !isSpent(open)) return takeContinuation(open, line);
    if (isBareException(message) || isLoneException(message)) return takeException(line);
    return false;
  }

  /** An exception without a traceback: a stack may follow; it counts by itself if a rule knows it well. */
  function takeException(line: Line): boolean {
    const verdict = verdictOn(line.message, 'exception');
    const counts = verdict !== undefined && isLoneException(line.message);
    weigh(start('record', counts, line), verdict);
    return counts;
  }

  /** Text after the line that opened an event. */
  function takeContinuation(event: OpenEvent, line: Line): boolean {
    event.quietLines += 1;
    return saysMore(event, line.message) ? touch(event, line.place, line.nowMs) : false;
  }

  function report(line: Line, verdict: Verdict | undefined): boolean {
    const { message, record } = line;
    const isLlama = record?.form === 'llama' || verdict?.family === 'llama' || isLlamaText(message);
    if (isLlama && startTold && phase === 'start') return true;
    const kind = isLlama && verdict?.rank !== cpuFallback ? 'llama' : (verdict?.family ?? 'record');
    // Running on the CPU is a fact of its own beside whatever else goes wrong at a start, but for the reason itself.
    if (open?.kind === 'llama' && verdict?.rank === cpuFallback) {
      if (open.rank === gpuUnavailable) return touch(open, line.place, line.nowMs);
      return accompany(open, line, verdict);
    }
    const joins = open !== undefined && mayJoin(open, kind, line, verdict, phase);
    const event = open !== undefined && joins ? open : start(kind, true, line);
    event.counts = true;
    weigh(event, verdict);
    for (const told of record?.trace ?? []) if (isBareException(told)) weigh(event, verdictOn(told, 'exception'));
    if (isLlama) noteTask(event, message);
    touch(event, line.place, line.nowMs);
    if (isLlama && isLlamaEnd(message)) closeOpen();
    return true;
  }

  function accompany(event: OpenEvent, line: Line, verdict: Verdict): true {
    const own = begin('record', true, line);
    weigh(own, verdict);
    event.companions.push(own);
    return true;
  }

  function start(kind: OpenEvent['kind'], counts: boolean, line: Line): OpenEvent {
    closeOpen();
    open = begin(kind, counts, line);
    return open;
  }

  function begin(kind: OpenEvent['kind'], counts: boolean, { message, record, place, nowMs }: Line): OpenEvent {
    const isRecord = record?.level !== undefined;
    const form = isRecord ? record?.form : undefined;
    const stampMs = record?.atMs;
    const of = { kind, counts, isRecord, form, text: message, memory: remember(), stampMs, readMs: nowMs };
    const event = openEvent(of, place);
    if (record?.trace?.some(isTracebackHeader)) event.trace = createTraceback('');
    return event;
  }

  function closeOpen(): void {
    if (!open) return;
    if (open.kind === 'llama' && phase === 'start') startTold = true;
    const { companions } = open;
    counting.close(open);
    for (const companion of companions) counting.close(companion);
    open = undefined;
  }

  function noteMark(message: string): void {
    const mark = llamaMark(message);
    if (!mark) return;
    if (mark.begins || mark.phase === 'serve') {
      closeOpen();
      startTold = false;
    }
    phase = mark.phase;
  }

  function isEcho(place: LinePlace): boolean {
    if (open) return isFatal(open) && isNear(open.end, place.begin);
    const last = counting.recent().at(-1);
    return last?.fatal === true && isNear(last.end, place.begin);
  }

  function remember(): Memory {
    return { phase, startTold, forms: [...forms], recent: counting.recent() };
  }

  return {
    take,
    wantsNext: () => open !== undefined && open.kind !== 'llama' && (open.trace !== undefined || !isSpent(open)),
    claim(userClass) {
      if (open) open.userClass ??= userClass;
    },
    silence(nowMs, always = false) {
      const limitMs = open?.kind === 'llama' && phase === 'start' ? startSilenceMs : silenceMs;
      if (open && (always || nowMs - open.touchedMs >= limitMs)) closeOpen();
      const waiting = counting.pending();
      if (!open && waiting && (always || nowMs - waiting.touchedMs >= silenceMs)) counting.settle();
    },
    events: () => counting.take(),
    checkpoint() {
      const oldest = counting.pending() ?? open;
      return oldest ? { begin: oldest.begin, memory: oldest.memory } : { begin: undefined, memory: remember() };
    },
  };
}

const cpuFallback = rankOf('cpu_fallback');
const gpuUnavailable = rankOf('gpu_unavailable');

function touch(event: OpenEvent, place: LinePlace, nowMs: number): true {
  event.end = place.end;
  event.touchedMs = nowMs;
  event.quietLines = 0;
  return true;
}

function noteTask(event: OpenEvent, message: string): void {
  const task = taskOf(message);
  if (task !== undefined) event.tasks.add(task);
  event.reason ??= reasonOf(message);
}
