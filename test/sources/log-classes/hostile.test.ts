import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClassifier } from '../../../src/sources/log-classes/classifier.ts';
import { createCandidates } from '../../../src/sources/log-classes/candidates.ts';
import { rules, verdictOn } from '../../../src/sources/log-classes/rules.ts';
import { readRecord } from '../../../src/sources/log-classes/record.ts';
import { countsOf, eventsIn, feed, readMs } from './support.ts';

// Generous: a machine under load; what is looked for takes minutes.
const boundMs = 5_000;

/** Milliseconds of the processor: a machine under load may let a process wait for long. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('hostile input stays within time and memory', () => {
  test('a line of 10 MB, and what follows it', () => {
    const line = Buffer.concat([Buffer.alloc(10_000_000, 'ERROR x'), Buffer.from('\nSegmentation fault\n')]);
    let events = {};
    expect(timed(() => (events = countsOf(eventsIn(line, [65_536]))))).toBeLessThan(boundMs);
    expect(events).toEqual({ unclassified: 1, native_crash: 1 });
  });

  test('a line that never ends is not carried', () => {
    const classifier = createClassifier();
    const piece = Buffer.alloc(1_048_576, 'a');
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 64; turn += 1) {
      classifier.feed({ file: 0, offset: turn * piece.length, bytes: piece, gap: false }, readMs);
    }
    expect(classifier.checkpoint()).toMatchObject({ begin: undefined, insideLine: true });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1_048_576);
  });

  test('a traceback that never ends', () => {
    const frames = '  File "/opt/app/deep.py", line 1, in f\n    f()\n'.repeat(100_000);
    const log = Buffer.from(`Traceback (most recent call last):\n${frames}`);
    let events = {};
    expect(timed(() => (events = countsOf(eventsIn(log))))).toBeLessThan(boundMs);
    expect(events).toEqual({ unclassified: 1 });
  });

  test('headers within headers', () => {
    const log = Buffer.from('Traceback (most recent call last):\n'.repeat(20_000));
    expect(timed(() => eventsIn(log))).toBeLessThan(boundMs);
  });

  test('chains without end are one event, and memory does not grow with them', () => {
    const part = 'Traceback (most recent call last):\n  File "/a.py", line 1, in f\nValueError: x\n';
    const chain = `\nDuring handling of the above exception, another exception occurred:\n\n${part}`.repeat(2000);
    expect(countsOf(eventsIn(Buffer.from(part + chain)))).toEqual({ unclassified: 1 });
  });

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => {
        expect(eventsIn(Buffer.from(bytes)).length).toBeLessThan(4000);
      }),
    );
  });

  test('words of failures in any order', () => {
    const words = [
      'ERROR',
      ' ',
      ':',
      '\n',
      'Traceback (most recent call last):',
      '  File "a"',
      ', line 1',
      '\u001b[31m',
    ];
    const more = [
      'CUDA error: ',
      'out of memory',
      '[',
      ']',
      '{"level":"error"',
      '}',
      '\r',
      '2026-11-24 10:00:00,1',
      'E ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, ...more), { maxLength: 300 }), (parts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(eventsIn(bytes, [7])).toEqual(eventsIn(bytes));
      }),
    );
  });
});

describe('no expression takes more than a moment for any text', () => {
  const fragments = [
    'model ',
    '/models/',
    'CUDA ',
    'device ',
    ': ',
    '-',
    ' - ',
    '[',
    'a.b ',
    '"',
    "'",
    'x',
    ' ',
    'not ',
  ];
  const texts = fragments.flatMap((fragment) => [
    fragment.repeat(4000 / fragment.length),
    `${fragment.repeat(900)}ERROR`,
  ]);
  // What the rules themselves are made of, over and over.
  const words = rules.flatMap(({ pattern }) => pattern.source.match(/[A-Za-z][A-Za-z ]{5,}/g) ?? []);
  const all = [...texts, ...[...new Set(words)].map((word) => `${word} `.repeat(4000 / word.length))];

  test('rules', () => {
    for (const text of all) {
      const ms = timed(() =>
        ['plain', 'warning', 'error', 'exception'].forEach((place) => verdictOn(text, place as 'plain')),
      );
      expect({ text: text.slice(0, 30), slow: ms > 250 }).toEqual({ text: text.slice(0, 30), slow: false });
    }
  });

  test('records', () => {
    for (const text of all.flatMap((body) => [body, `2026-11-24 10:00:00 ${body}`, `[${body}`, `{${body}`])) {
      const ms = timed(() => readRecord(text, readMs));
      expect({ text: text.slice(0, 50), slow: ms > 250 }).toEqual({ text: text.slice(0, 50), slow: false });
    }
  });
});

test('candidates are found wherever they stand', () => {
  const needles = createCandidates();
  fc.assert(
    fc.property(fc.nat(40), fc.constantFrom('Traceback', 'rror', '\nbuild: ', '7 E ', 'out of memory'), (at, word) => {
      const bytes = Buffer.from(`${'.'.repeat(at)}${word}..........`);
      const found = needles.find(bytes, 0, bytes.length);
      expect(found).toBeGreaterThanOrEqual(at);
      expect(needles.find(bytes, 0, at + 3)).toBe(-1);
    }),
  );
});

test('feeding keeps no reference to the reader’s buffer', () => {
  const classifier = createClassifier();
  const buffer = Buffer.from('ERROR:    half a li');
  feed(classifier, buffer);
  buffer.fill(0);
  feed(classifier, Buffer.from('ne\n'), undefined, buffer.length);
  classifier.idle(readMs + 1000);
  expect(countsOf(classifier.take().events)).toEqual({ unclassified: 1 });
});
