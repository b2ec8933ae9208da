/** Splits chunks into lines in bounded memory; a character is decoded only with its whole line. */
import type { TailChunk } from './deliver.ts';
import type { TailPoint } from './ledger.ts';

export interface LineSplitter {
  /** Hands on every line that this chunk completes, without its newline. */
  push(chunk: TailChunk, onLine: (line: string) => void): void;
  /** Where the line that is not complete yet begins; undefined if there is none. */
  openLine(): TailPoint | undefined;
  /** The rest of an over-long line is being skipped. */
  isSkipping(): boolean;
}

const newline = 0x0a;

/** A longer line is handed on when it has `maxLineBytes`; the rest of it, up to its newline, is skipped. */
export function createLineSplitter(maxLineBytes: number, insideLine = false): LineSplitter {
  let parts: Buffer[] = [];
  let length = 0;
  let begin: TailPoint | undefined;
  let skipping = insideLine;

  function endLine(bytes: Buffer, start: number, end: number): string {
    const last = Math.min(end, start + maxLineBytes - length);
    // No buffer object a line: most lines lie whole in one chunk.
    if (parts.length === 0) return bytes.toString('utf8', start, last);
    const line = Buffer.concat([...parts, bytes.subarray(start, last)]).toString('utf8');
    parts = [];
    length = 0;
    begin = undefined;
    return line;
  }

  function carry(rest: Buffer, at: TailPoint): void {
    begin ??= at;
    const kept = Buffer.from(rest.subarray(0, maxLineBytes - length));
    parts.push(kept);
    length += kept.length;
  }

  function push({ file, offset, bytes, gap }: TailChunk, onLine: (line: string) => void): void {
    if (gap && begin) onLine(endLine(bytes, 0, 0));
    if (gap) skipping = false;
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (!skipping) onLine(endLine(bytes, start, end));
      skipping = false;
      start = end + 1;
    }
    if (skipping || start === bytes.length) return;
    carry(bytes.subarray(start), { file, offset: offset + start });
    skipping = length >= maxLineBytes;
    if (skipping) onLine(endLine(bytes, 0, 0));
  }

  return { push, openLine: () => begin, isSkipping: () => skipping };
}
