import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClassifier } from '../../../src/sources/log-classes/classifier.ts';
import { countsOf, eventsIn, feed, readMs, recordedSamples, writtenSamples } from './support.ts';

const samples = [...recordedSamples(), ...writtenSamples()];
const neverMatches = { userMatcher: () => undefined };

describe('however a log is split', () => {
  test('any split of the bytes gives the same events', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), sizes, ({ bytes }, pieces) => {
        expect(eventsIn(bytes, pieces)).toEqual(eventsIn(bytes));
      }),
      { numRuns: 400 },
    );
  });

  test('byte by byte', () => {
    for (const { name, bytes } of samples.filter(({ bytes }) => bytes.length < 3000)) {
      expect({ name, events: eventsIn(bytes, [1]) }).toEqual({ name, events: eventsIn(bytes) });
    }
  });

  test('looking at candidates only gives what looking at every line gives', () => {
    for (const { name, bytes } of samples) {
      expect({ name, events: eventsIn(bytes) }).toEqual({ name, events: eventsIn(bytes, [1 << 20], neverMatches) });
    }
  });

  test('samples between pages of ordinary lines count as they do alone', () => {
    const ordinary = Buffer.from('INFO:     127.0.0.1:52000 - "GET /health HTTP/1.1" 200 OK\n'.repeat(400));
    for (const { name, bytes, expected } of recordedSamples().filter((sample) => sample.name.startsWith('uvicorn'))) {
      const between = Buffer.concat([ordinary, bytes, ordinary]);
      expect({ name, counts: countsOf(eventsIn(between)) }).toEqual({ name, counts: expected });
    }
  });
});

describe('reading again from a checkpoint', () => {
  test('counts what was open, and nothing twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.integer({ min: 0, max: 100_000 }), ({ bytes }, at) => {
        const cut = at % (bytes.length + 1);
        const first = createClassifier();
        feed(first, bytes.subarray(0, cut));
        const before = first.take().events;
        const { begin, insideLine, memory } = first.checkpoint();
        const saved = JSON.parse(JSON.stringify(memory)) as typeof memory;
        const from = begin?.offset ?? cut;
        const second = createClassifier({ memory: saved, insideLine });
        feed(second, Buffer.concat([bytes.subarray(from), Buffer.from('\n')]), undefined, from);
        second.idle(readMs + 60_000);
        expect(countsOf([...before, ...second.take().events])).toEqual(countsOf(eventsIn(bytes)));
      }),
      { numRuns: 400 },
    );
  });
});

describe('time', () => {
  test('an event is counted when nothing followed it for a second', () => {
    const classifier = createClassifier();
    feed(classifier, Buffer.from('ERROR:    Exception in ASGI application\n'));
    classifier.idle(readMs + 500);
    expect(classifier.take().events).toEqual([]);
    classifier.idle(readMs + 1000);
    expect(classifier.take().events).toEqual([{ class: 'unclassified', atMs: readMs, offset: 0 }]);
  });

  test('a record has its own time, a plain line the time at which it was read', () => {
    const log = '2026-11-24T10:00:00.250Z WARN app falling back to CPU\nSegmentation fault (core dumped)\n';
    expect(eventsIn(Buffer.from(log))).toEqual([
      { class: 'cpu_fallback', atMs: Date.UTC(2026, 10, 24, 10, 0, 0, 250), offset: 0 },
      { class: 'native_crash', atMs: readMs, offset: 54 },
    ]);
  });

  test('a time that is still to come is not believed', () => {
    const log = '2026-11-24T20:00:00Z ERROR app clock of another zone\n';
    expect(eventsIn(Buffer.from(log))).toEqual([{ class: 'unclassified', atMs: readMs, offset: 0 }]);
  });
});

describe('bytes that are missing', () => {
  test('end the line and the event before them', () => {
    const classifier = createClassifier();
    feed(classifier, Buffer.from('Traceback (most recent call last):\n  File "/a.py", line 1, in f\nMemory'));
    classifier.feed({ file: 1, offset: 0, bytes: Buffer.from('Error\nMemoryError\n'), gap: true }, readMs);
    classifier.idle(readMs + 1000);
    expect(countsOf(classifier.take().events)).toEqual({ unclassified: 1 });
  });

  test('a traceback goes on in the next file', () => {
    const classifier = createClassifier();
    feed(classifier, Buffer.from('Traceback (most recent call last):\n  File "/a.py", line 1, in f\n    x()\nMemory'));
    classifier.feed({ file: 1, offset: 0, bytes: Buffer.from('Error\n'), gap: false }, readMs);
    classifier.idle(readMs + 1000);
    expect(countsOf(classifier.take().events)).toEqual({ host_oom: 1 });
  });
});

test('lines are counted once each', () => {
  const classifier = createClassifier();
  feed(classifier, Buffer.from('one\ntwo ERROR\n\nfour\nfi'), [3]);
  expect(classifier.take().lines).toBe(4);
  expect(classifier.take().lines).toBe(0);
});
