/**
 * Turns the bytes of one log into events. Looks for candidates in large pieces, takes apart only the lines around them,
 * and counts lines as it goes. However the bytes are split into chunks, the events are the same.
 */
import type { TailChunk } from '../tail/deliver.ts';
import { isAfter } from '../tail/ledger.ts';
import type { TailPoint } from '../tail/ledger.ts';
import { createCandidates } from './candidates.ts';
import type { Memory } from './event.ts';
import { createGrouping } from './grouping.ts';
import type { LogEvent } from './types.ts';
import type { UserMatcher } from './user-classes.ts';

export interface Checkpoint {
  /** First byte that must be read again if nothing after it is saved; undefined: none, all that was fed is done with. */
  readonly begin: TailPoint | undefined;
  /** The bytes after `begin` up to the next newline are the rest of a line whose beginning was taken already. */
  readonly insideLine: boolean;
  readonly memory: Memory;
}

export interface Classifier {
  /** Takes the next bytes of the log; events are those that are complete by now. */
  feed(chunk: TailChunk, nowMs: number): void;
  /** Tells that time passes: an event is over when nothing followed it for a second. */
  idle(nowMs: number): void;
  /** What was found since the last call. */
  take(): { readonly events: LogEvent[]; readonly lines: number };
  checkpoint(): Checkpoint;
}

export interface ClassifierOptions {
  readonly userMatcher?: UserMatcher | undefined;
  /** Of the checkpoint at which reading begins. */
  readonly memory?: Memory | undefined;
  readonly insideLine?: boolean;
}

const newline = 0x0a;
const lineBreak = Buffer.from('\n');
/** A longer line is taken when it has so many bytes; the rest of it is left out. */
export const maxLineBytes = 65_536;

export function createClassifier({ userMatcher, memory, insideLine = false }: ClassifierOptions = {}): Classifier {
  const grouping = createGrouping(memory);
  const candidates = createCandidates();
  /** Lines of the user's classes that are no part of an event; counted when nothing before them is open. */
  let userEvents: { readonly begin: TailPoint; readonly event: LogEvent }[] = [];
  let lines = 0;
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  let carriedFrom: TailPoint | undefined;
  let skipping = insideLine;
  let leftOut = false;

  function feed({ file, offset, bytes, gap }: TailChunk, nowMs: number): void {
    if (gap) endAtGap(nowMs);
    const first = bytes.indexOf(newline);
    if (first < 0) {
      carry(bytes, { file, offset }, nowMs);
      return;
    }
    finishCarried(bytes.subarray(0, first), { file, offset }, nowMs);
    const last = bytes.lastIndexOf(newline);
    if (last > first) scan(bytes, first, last, { file, offset }, nowMs);
    lines += countNewlines(bytes, first, last);
    carry(bytes.subarray(last + 1), { file, offset: offset + last + 1 }, nowMs);
  }

  /** What was carried over ends here, and so does whatever was open. */
  function endAtGap(nowMs: number): void {
    if (carriedFrom) finishCarried(Buffer.alloc(0), carriedFrom, nowMs);
    skipping = false;
    leftOut = true;
    grouping.silence(nowMs, true);
  }

  function finishCarried(rest: Buffer, at: TailPoint, nowMs: number): void {
    const begin = carriedFrom ?? at;
    const kept = rest.subarray(0, Math.max(0, maxLineBytes - carriedBytes));
    const line = carriedBytes === 0 ? kept : Buffer.concat([...carried, kept]);
    forget();
    if (!skipping) takeAlone(line, begin, { file: at.file, offset: at.offset + rest.length + 1 }, nowMs);
    skipping = false;
  }

  function carry(rest: Buffer, at: TailPoint, nowMs: number): void {
    if (skipping || rest.length === 0) return;
    carriedFrom ??= at;
    const kept = Buffer.from(rest.subarray(0, maxLineBytes - carriedBytes));
    carried.push(kept);
    carriedBytes += kept.length;
    if (carriedBytes < maxLineBytes) return;
    const line = Buffer.concat(carried);
    const begin = carriedFrom;
    forget();
    skipping = true;
    takeAlone(line, begin, { file: at.file, offset: at.offset + rest.length }, nowMs);
  }

  function forget(): void {
    carried = [];
    carriedBytes = 0;
    carriedFrom = undefined;
  }

  /** The whole lines after the newline at `first`, up to and with the newline at `last`. */
  function scan(bytes: Buffer, first: number, last: number, at: TailPoint, nowMs: number): void {
    const placeOf = (index: number): TailPoint => ({ file: at.file, offset: at.offset + index });
    let next = first + 1;
    while (next <= last) {
      const begin = grouping.wantsNext() || userMatcher ? next : candidateLine(bytes, next, last + 1);
      leftOut ||= begin !== next;
      if (begin < 0) return;
      const end = bytes.indexOf(newline, begin);
      const line = bytes.toString('latin1', begin, Math.min(end, begin + maxLineBytes));
      takeLine(line, placeOf(begin), placeOf(end + 1), nowMs);
      next = end + 1;
    }
  }

  /** Where the next line that may matter begins, at or after `from`, which is the beginning of a line; -1: nowhere. */
  function candidateLine(bytes: Buffer, from: number, to: number): number {
    const found = candidates.find(bytes, from - 1, to);
    if (found < 0) return -1;
    // A candidate that begins with the newline is about the line after it.
    return bytes[found] === newline ? found + 1 : bytes.lastIndexOf(newline, found) + 1;
  }

  function takeAlone(line: Buffer, begin: TailPoint, end: TailPoint, nowMs: number): void {
    const isWanted = grouping.wantsNext() || userMatcher !== undefined;
    const isCandidate = isWanted || candidates.find(Buffer.concat([lineBreak, line]), 0, line.length + 1) >= 0;
    if (isCandidate) takeLine(line.toString('latin1'), begin, end, nowMs);
    else leftOut = true;
  }

  function takeLine(raw: string, begin: TailPoint, end: TailPoint, nowMs: number): void {
    const isPart = grouping.take(cleaned(raw), { begin, end }, !leftOut, nowMs);
    leftOut = false;
    const userClass = userMatcher?.(cleaned(Buffer.from(raw, 'latin1').toString('utf8')));
    if (userClass === undefined) return;
    if (isPart) grouping.claim(userClass);
    else userEvents.push({ begin, event: { class: userClass, atMs: nowMs, offset: begin.offset } });
  }

  return {
    feed,
    idle: (nowMs) => grouping.silence(nowMs),
    take() {
      const { begin } = grouping.checkpoint();
      const isDone = (one: { readonly begin: TailPoint }): boolean => begin === undefined || isAfter(begin, one.begin);
      const done = userEvents.filter(isDone).map(({ event }) => event);
      const taken = { events: [...grouping.events(), ...done], lines };
      userEvents = userEvents.filter((one) => !isDone(one));
      lines = 0;
      return taken;
    },
    checkpoint() {
      const { begin, memory } = grouping.checkpoint();
      return { begin: begin ?? carriedFrom, insideLine: skipping && begin === undefined, memory };
    },
  };
}

// eslint-disable-next-line no-control-regex -- terminals' colours begin with ESC
const ansi = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[()][A-Z0-9])/g;

// Scripts like them: UTF-8, read as Latin-1 here. What boxes are drawn with stays.
const pictures =
  /^(?:(?:\u00f0\u009f[\u0080-\u00bf]{2}|\u00e2(?:[\u0098-\u009e\u00ac\u00ad][\u0080-\u00bf]|\u0080\u00a2|\u008f[\u0080-\u00bf])|\u00ef\u00b8\u008f) *)+/;

/** The line as a terminal would show it: without colours, and what follows the last carriage return; and without pictures. */
function cleaned(raw: string): string {
  let line = raw.includes('\u001b') ? raw.replace(ansi, '') : raw;
  if (line.endsWith('\r')) line = line.slice(0, -1);
  line = line.slice(line.lastIndexOf('\r') + 1);
  return line.charCodeAt(0) >= 0xe2 ? line.replace(pictures, '') : line;
}

/** Newlines from index `from` to index `to`, both of which are one. */
function countNewlines(bytes: Buffer, from: number, to: number): number {
  let count = 1;
  for (let at = bytes.indexOf(newline, from + 1); at >= 0 && at <= to; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}
