import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/sources/tail/lines.ts';

/** The lines of some bytes that arrive in pieces cut at these places. */
function linesOf(
  bytes: Buffer,
  cuts: readonly number[],
  maxLineBytes: number,
): { lines: string[]; open: number | undefined } {
  const splitter = createLineSplitter(maxLineBytes);
  const lines: string[] = [];
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted(
    (a, b) => a - b,
  );
  for (const [index, offset] of places.entries()) {
    // The reader uses its buffer again: what the splitter keeps must be its own.
    const piece = Buffer.from(bytes.subarray(offset, places[index + 1]));
    splitter.push({ file: 1, offset, bytes: piece, gap: false }, (line) => lines.push(line));
    piece.fill(0x21);
  }
  return { lines, open: splitter.openLine()?.offset };
}

const text = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\n\n', '\r\n', '\r', '\u001b[31m', '€')))
  .map((parts) => parts.join(''));

describe('lines', () => {
  it('are the same however the bytes arrive', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(400)), (text, cuts) => {
        const bytes = Buffer.from(text);
        const expected = bytes.toString('utf8').split('\n');
        const open = expected.pop() ?? '';
        const beginning = open === '' ? undefined : bytes.length - Buffer.byteLength(open);
        expect(linesOf(bytes, cuts, 1_000_000)).toEqual({ lines: expected, open: beginning });
      }),
    );
  });

  it('that are too long are cut at the same place however they arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), fc.array(fc.nat(400)), (lengths, cuts) => {
        const bytes = Buffer.from(lengths.map((length) => `${'x'.repeat(length)}\n`).join(''));
        const expected = lengths.map((length) => 'x'.repeat(Math.min(length, 10)));
        expect(linesOf(bytes, cuts, 10).lines).toEqual(expected);
      }),
    );
  });

  it('that were cut by a gap end there', () => {
    const splitter = createLineSplitter(100);
    const lines: string[] = [];
    splitter.push({ file: 1, offset: 0, bytes: Buffer.from('one\ntw'), gap: false }, (line) => lines.push(line));
    splitter.push({ file: 2, offset: 0, bytes: Buffer.from('three\n'), gap: true }, (line) => lines.push(line));
    expect(lines).toEqual(['one', 'tw', 'three']);
  });

  it('go on after the rest of an over-long one', () => {
    const splitter = createLineSplitter(100, true);
    const lines: string[] = [];
    splitter.push({ file: 1, offset: 500, bytes: Buffer.from('rest\nnext\n'), gap: false }, (line) => lines.push(line));
    expect(lines).toEqual(['next']);
  });
});
