/**
 * Python's tracebacks (traceback.py, Python/traceback.c): frames, then the exception and its message, chained causes and
 * exception groups. Frames and source lines are never matched; the exceptions are.
 */
import { cancelled, chained, exceptionLine, foreign } from './exceptions.ts';
import { frameIn, noFrames, noteFrame, verdictsOn } from './frames.ts';
import { createHeads } from './heads.ts';
import { createRichTraceback, isRichHeader } from './rich-traceback.ts';
import { verdictOn } from './rules.ts';
import type { Verdict } from './rules.ts';

export interface Traceback {
  /** The line without what stands before each line of this traceback: a container's name, a time, vLLM's head. */
  bare(line: string): string;
  /** Takes the next line, bare, if it is part of this. `isRecord`: it looks like the beginning of a record. */
  accept(line: string, isRecord: boolean): boolean;
  /** What the exceptions show so far. */
  verdicts(): readonly Verdict[];
  /** True once an exception was seen that is no mere end of a wait: not Ctrl-C, not a cancelled task. */
  counts(): boolean;
  /** The last exception line: of two tracebacks with the same one the second may be an echo. */
  exception(): string;
}

const header = /^(?:Exception Group )?Traceback \(most recent call last\):\s*$/;
const margin = /^\s*[|+] ?/;
const groupRule = /^\s*\+(?:-\+)?-{8,}/;

const maxMessageLines = 200;
const maxLines = 20_000;
const maxStrangers = 5;

// traceback.format_exc() stands after whatever a program writes before it.
const headed = /(?:^|[\s:|\]>)"'])((?: {2}\+ )?(?:Exception Group )?Traceback \(most recent call last\):\s*)$/;

/** True if the line begins a traceback. */
export function isTracebackHeader(line: string): boolean {
  return line.includes('Traceback (most') && header.test(line.replace(margin, ''));
}

/** The traceback that begins in this line, whatever stands before it. */
export function tracebackIn(line: string): Traceback | undefined {
  if (!line.includes('Traceback (most')) return undefined;
  if (isRichHeader(line)) return createRichTraceback();
  const begin = headed.exec(line)?.[1];
  return begin === undefined ? undefined : createTraceback(begin, line.slice(0, -begin.length));
}

/** One that begins with this line; `head`: what stood before it, and may stand before its other lines too. */
export function createTraceback(firstLine: string, head = ''): Traceback {
  const bare = createHeads(head);
  let inGroup = margin.test(firstLine);
  const found: Verdict[] = [];
  let part: 'frames' | 'message' | 'chain' = 'frames';
  let lines = 0;
  let messageLines = 0;
  let exception = '';
  let previous = '';
  let strangers = 0;
  let harmless = true;
  let frames = noFrames();

  function accept(line: string, isRecord: boolean): boolean {
    lines += 1;
    if (lines > maxLines) return false;
    if (groupRule.test(line)) inGroup = true;
    const text = inGroup ? line.replace(margin, '') : line;
    const taken = take(text, line, isRecord);
    if (taken && text.trim() !== '') previous = text.trimEnd();
    return taken;
  }

  function take(text: string, line: string, isRecord: boolean): boolean {
    if (text.trim() === '' || groupRule.test(line)) return true;
    if (header.test(text)) return beginPart(line);
    if (part === 'frames') return takeFrame(text, isRecord);
    if (chained.test(text)) {
      part = 'chain';
      return true;
    }
    return part === 'message' && takeMessage(text, line, isRecord);
  }

  /** Another traceback belongs to this one after a chain sentence, in a group, or quoted inside a message. */
  function beginPart(line: string): boolean {
    const quoted = part === 'message' && (previous === '"""' || (previous === exception && /:\s*$/.test(previous)));
    if (part !== 'chain' && !(inGroup && margin.test(line)) && !quoted) return false;
    part = 'frames';
    frames = noFrames();
    return true;
  }

  function takeFrame(text: string, isRecord: boolean): boolean {
    if (/^(?:\s|File ")/.test(text)) {
      noteFrame(frames, frameIn(text));
      return true;
    }
    if (isRecord) return false;
    if (!exceptionLine.test(text)) {
      // Another thread's print in between, or a source line that lost its indentation.
      strangers += 1;
      return strangers <= maxStrangers;
    }
    exception = text.trimEnd();
    part = 'message';
    messageLines = 0;
    harmless &&= cancelled.test(text);
    found.push(...verdictsOn(text, frames));
    return true;
  }

  function takeMessage(text: string, line: string, isRecord: boolean): boolean {
    messageLines += 1;
    if (isRecord || messageLines > maxMessageLines || foreign.test(text)) return false;
    // Sub-exceptions of a group stand at its margin; gRPC tells its status in the message.
    const isSubException = inGroup && margin.test(line) && exceptionLine.test(text);
    if (isSubException) harmless &&= cancelled.test(text);
    const verdict = isSubException || grpcStatus.test(text) ? verdictOn(text, 'exception') : undefined;
    if (verdict) found.push(verdict);
    return true;
  }

  return {
    bare,
    accept,
    verdicts: () => found,
    counts: () => !harmless || exception === '',
    exception: () => exception,
  };
}

const grpcStatus = /^\s*(?:status = StatusCode\.|details = ")/;
