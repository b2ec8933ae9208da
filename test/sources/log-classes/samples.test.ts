import { describe, expect, test } from 'vitest';
import { logClasses } from '../../../src/sources/log-classes/types.ts';
import { countsOf, eventsIn, recordedSamples, writtenSamples } from './support.ts';
import type { Sample } from './support.ts';

interface Score {
  hits: number;
  wrong: number;
  missed: number;
}

describe('samples of real programs', () => {
  const recorded = recordedSamples();
  const scores = scoresOf(recorded);

  test('precision and recall over all events', () => {
    process.stdout.write(`${table(scores)}\n`);
    const all = scores.get('all');
    expect(precision(all)).toBeGreaterThanOrEqual(0.98);
    expect(recall(all)).toBeGreaterThanOrEqual(0.98);
  });

  test('precision and recall in each class with three events or more', () => {
    const weak = [...scores]
      .filter(([, score]) => score.hits + score.missed >= 3)
      .filter(([, score]) => {
        return precision(score) < 0.9 || recall(score) < 0.9;
      });
    expect(weak).toEqual([]);
  });

  test('nothing is counted where nothing failed', () => {
    const benign = recorded.filter(({ expected }) => Object.keys(expected).length === 0);
    expect(benign.length).toBeGreaterThan(15);
    for (const { name, bytes } of benign) expect({ name, events: eventsIn(bytes) }).toEqual({ name, events: [] });
  });

  test('every class is among the samples', () => {
    expect(logClasses.filter((name) => !scores.has(name))).toEqual([]);
  });
});

describe('texts from the programs’ sources', () => {
  test.each(writtenSamples().map((sample) => [sample.name, sample] as const))('%s', (_, { bytes, expected }) => {
    expect(countsOf(eventsIn(bytes))).toEqual(expected);
  });
});

function scoresOf(samples: readonly Sample[]): Map<string, Score> {
  const scores = new Map<string, Score>();
  for (const { bytes, expected } of samples) {
    const found = countsOf(eventsIn(bytes));
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      for (const key of [name, 'all']) {
        const score = scores.get(key) ?? { hits: 0, wrong: 0, missed: 0 };
        const [want, have] = [expected[name] ?? 0, found[name] ?? 0];
        score.hits += Math.min(want, have);
        score.wrong += Math.max(0, have - want);
        score.missed += Math.max(0, want - have);
        scores.set(key, score);
      }
    }
  }
  return scores;
}

function precision(score: Score | undefined): number {
  return score ? score.hits / Math.max(1, score.hits + score.wrong) : 0;
}

function recall(score: Score | undefined): number {
  return score ? score.hits / Math.max(1, score.hits + score.missed) : 0;
}

function table(scores: ReadonlyMap<string, Score>): string {
  const row = (name: string, score: Score): string =>
    [name.padEnd(22), precision(score).toFixed(3), recall(score).toFixed(3), score.hits + score.missed].join('  ');
  return [
    'class                   precision recall events',
    ...[...scores].map(([name, score]) => row(name, score)),
  ].join('\n');
}
