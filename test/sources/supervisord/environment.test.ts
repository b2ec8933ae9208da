import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvironment } from '../../../src/sources/supervisord/environment.ts';
import { askPython } from './python.ts';

test('the variables are those that supervisord sets', () => {
  const piece = fc.constantFrom(
    'KEY',
    'B2',
    '=',
    '=',
    ',',
    '"a, b"',
    "'c'",
    ' ',
    '\n',
    '12',
    '/x:y',
    '""',
    'a-b',
    '+',
    '(',
  );
  const texts = fc.sample(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    { numRuns: 3_000, seed: 3 },
  );
  const expected = askPython(
    'from supervisor.datatypes import dict_of_key_value_pairs\nreturn dict_of_key_value_pairs(x)',
    texts,
  );
  const understood = texts.filter((_, index) => expected[index] !== null);
  expect(understood.length).toBeGreaterThan(100);
  for (const [index, text] of texts.entries()) {
    if (expected[index] === null) continue;
    expect([text, Object.fromEntries(parseEnvironment(text))]).toEqual([text, expected[index]]);
  }
});

test('what is not understood ends it', () => {
  expect([...parseEnvironment('A="1",B,C="3"')]).toEqual([['A', '1']]);
});
