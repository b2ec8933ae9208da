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

  function endLine(rest: Buffer, onLine: (line: string) => void): void {
    if (!skipping) onLine(length === 0 ? rest.toString('utf8') : Buffer.concat([...parts, rest]).toString('utf8'));
    forget();
    skipping = false;
  }

  function forget(): void {
    parts = [];
    length = 0;
    begin = undefined;
  }

  function carry(rest: Buffer, at: TailPoint, onLine: (line: string) => void): void {
    if (skipping || rest.length === 0) return;
    begin ??= at;
    const kept = Buffer.from(rest.subarray(0, maxLineBytes - length));
    parts.push(kept);
    length += kept.length;
    if (length < maxLineBytes) return;
    endLine(Buffer.alloc(0), onLine);
    skipping = true;
  }

  function push({ file, offset, bytes, gap }: TailChunk, onLine: (line: string) => void): void {
    if (gap && begin) endLine(Buffer.alloc(0), onLine);
    if (gap) skipping = false;
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      const rest = bytes.subarray(start, end);
      endLine(rest.subarray(0, maxLineBytes - length), onLine);
      start = end + 1;
    }
    carry(bytes.subarray(start), { file, offset: offset + start }, onLine);
  }

  return { push, openLine: () => begin, isSkipping: () => skipping };
}
