/**
 * Tracebacks as rich draws them (rich/traceback.py), for Typer programs such as `fastapi run` and behind RichHandler: a box
 * with the frames, and under it the exception, wrapped at the width of a terminal.
 */
import { cancelled, chained, exceptionLine, foreign } from './exceptions.ts';
import { noFrames, noteFrame, verdictsOn } from './frames.ts';
import type { Frames } from './frames.ts';
import type { Verdict } from './rules.ts';
import type { Traceback } from './traceback.ts';

// UTF-8 read as Latin-1, as all lines are here; plain characters where the output is not UTF-8.
const topLeft = String.raw`(?:\u00e2\u0095\u00ad|\u00e2\u0094\u008c|\+)`;
const bottomLeft = String.raw`(?:\u00e2\u0095\u00b0|\u00e2\u0094\u0094|\+)`;
const side = String.raw`(?:\u00e2\u0094\u0082|\|)`;
const rule = String.raw`(?:\u00e2\u0094\u0080|-)`;
const top = new RegExp(String.raw`^\s*${topLeft}${rule}+ Traceback \(most recent call last\) ${rule}+`);
const bottom = new RegExp(String.raw`^\s*${bottomLeft}${rule}{8,}`);
const inside = new RegExp(String.raw`^\s*${side}(?: |$)`);
const frame = new RegExp(String.raw`^\s*${side} (\S+):\d+ in (\S+)`);

const maxMessageLines = 8;

export function isRichHeader(line: string): boolean {
  return top.test(line);
}

export function createRichTraceback(): Traceback {
  let part: 'box' | 'exception' | 'message' = 'box';
  let frames = noFrames();
  const told: { readonly frames: Frames; readonly lines: string[] }[] = [];

  function accept(line: string, isRecord: boolean): boolean {
    const text = line.trim();
    if (text === '') return true;
    if (part === 'box') return takeBox(line);
    if (top.test(line)) {
      part = 'box';
      frames = noFrames();
      return true;
    }
    if (chained.test(text)) return true;
    if (isRecord || foreign.test(text)) return false;
    return takeMessage(text);
  }

  function takeBox(line: string): boolean {
    if (bottom.test(line)) {
      part = 'exception';
      return true;
    }
    const match = frame.exec(line);
    if (match) noteFrame(frames, { file: match[1] ?? '', name: match[2] ?? '' });
    return inside.test(line);
  }

  function takeMessage(text: string): boolean {
    if (part === 'exception') {
      if (!exceptionLine.test(text)) return false;
      told.push({ frames, lines: [text] });
      part = 'message';
      return true;
    }
    const lines = told.at(-1)?.lines ?? [];
    return lines.push(text) <= maxMessageLines;
  }

  return {
    bare: (line) => line,
    accept,
    verdicts: () => told.flatMap(({ lines, frames: above }): readonly Verdict[] => verdictsOn(lines.join(' '), above)),
    counts: () => told.length === 0 || told.some(({ lines }) => !cancelled.test(lines[0] ?? '')),
    exception: () => told.at(-1)?.lines[0] ?? '',
  };
}
