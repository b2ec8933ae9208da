import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import { cardFields, parseCards } from '../../../src/sources/nvidia-smi/cards.ts';
import type { Card } from '../../../src/sources/nvidia-smi/cards.ts';
import { answer } from '../../node/fake-nvidia-smi/answer.ts';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';

describe('mutated output', () => {
  const two = [h100(0), h100(1)].map((card, index) => ({ ...card, count: '2', 'memory.used': String(1000 + index) }));
  const query = [`--query-gpu=${cardFields.join(',')}`, '--format=csv,nounits'];
  const good = answer(query, { mode: 'ok', driver: '590.48.01', cards: two }).stdout;
  const truth = new Map(parseCards(good).cards.map((card) => [card.uuid, card.readings]));

  /** Numbers that come out and did not go in, on the same card; none where the whole text is refused. */
  function wrongNumbers(text: string): unknown[] {
    const named = parsedOrRefused(text).filter(({ uuid }) => uuid !== undefined);
    return named.flatMap(({ uuid, readings }) => {
      const right: Readonly<Record<string, number>> | undefined = truth.get(uuid);
      return Object.entries(readings).filter(([name, value]) => right?.[name] !== value);
    });
  }

  test('cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(good.length), (end) => {
        expect(wrongNumbers(good.slice(0, end))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('a comma or a line break too many or too few', () => {
    const insert = fc.tuple(fc.nat(good.length), fc.constantFrom(',', '\n', ', ', '\r\n'));
    fc.assert(
      fc.property(insert, ([at, text]) => {
        expect(wrongNumbers(good.slice(0, at) + text + good.slice(at))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    const separators = [...good.matchAll(/, |\n/g)].map(({ index, 0: text }) => [index, text.length] as const);
    const without = separators.map(([at, length]) => good.slice(0, at) + good.slice(at + length));
    expect(without.flatMap(wrongNumbers)).toEqual([]);
  });

  test('lines dropped, doubled, swapped or from something else', () => {
    const lines = good.split('\n');
    const line = fc.oneof(fc.constantFrom(...lines), fc.string(), fc.constant('No devices were found'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (some) => {
        expect(wrongNumbers(`${some.join('\n')}\n`)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('cells replaced by tokens', () => {
    const token = fc.constantFrom(
      '[N/A]',
      '[Unknown Error]',
      '[GPU is lost]',
      '',
      'ERR!',
      '[Insufficient Permissions]',
    );
    const cell = fc.record({ line: fc.constantFrom(1, 2), at: fc.nat(cardFields.length - 1), token });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 5 }), (changes) => {
        const rows = good.split('\n').map((each) => each.split(', '));
        for (const { line, at, token: text } of changes) (rows[line] ?? [])[at] = text;
        const changed = rows.map((each) => each.join(', ')).join('\n');
        expect(() => parseCards(changed)).not.toThrow();
        expect(wrongNumbers(changed)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(wrongNumbers(text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

function parsedOrRefused(text: string): readonly Card[] {
  try {
    return parseCards(text).cards;
  } catch (error) {
    if (error instanceof SourceError) return [];
    throw error;
  }
}
