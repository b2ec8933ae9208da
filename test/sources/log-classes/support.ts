/** Runs texts through the classifier as a log would come. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createClassifier } from '../../../src/sources/log-classes/classifier.ts';
import type { Classifier, ClassifierOptions } from '../../../src/sources/log-classes/classifier.ts';
import type { LogEvent } from '../../../src/sources/log-classes/types.ts';

export const readMs = Date.UTC(2026, 10, 24, 12);
const logs = new URL('../../captures/logs/', import.meta.url);

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: Readonly<Record<string, number>>;
}

/** Every recorded log with the events that it holds. */
export function recordedSamples(): Sample[] {
  const [, ...rows] = readFileSync(new URL('MANIFEST.tsv', logs), 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [file = '', , , , expected = ''] = row.split('\t');
    return { name: file, bytes: readFileSync(new URL(file, logs)), expected: countsIn(expected) };
  });
}

/** Every text of `texts/`. */
export function writtenSamples(): Sample[] {
  return ['gpu', 'models', 'loading', 'network', 'processes', 'formats', 'benign', 'mixed'].flatMap((topic) => {
    const blocks = readFileSync(new URL(`texts/${topic}.txt`, logs), 'utf8')
      .split(/^=== /m)
      .slice(1);
    return blocks.map((block) => {
      const [, expected = '', name = '', text = ''] = /^(\S+) (.*)\n([^]*)$/.exec(block) ?? [];
      return { name: `${topic}: ${name}`, bytes: Buffer.from(text), expected: countsIn(expected) };
    });
  });
}

export function pathOf(file: string): string {
  return fileURLToPath(new URL(file, logs));
}

/** All events of a log that ends here, read in pieces of these sizes; the last size repeats. */
export function eventsIn(
  bytes: Buffer,
  sizes: readonly number[] = [1_048_576],
  options?: ClassifierOptions,
): LogEvent[] {
  const classifier = createClassifier(options);
  feed(classifier, Buffer.concat([bytes, Buffer.from(bytes.at(-1) === 10 ? '' : '\n')]), sizes);
  classifier.idle(readMs + 60_000);
  return classifier.take().events;
}

export function feed(classifier: Classifier, bytes: Buffer, sizes: readonly number[] = [1_048_576], from = 0): void {
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[Math.min(turn, sizes.length - 1)] ?? bytes.length);
    const piece = Buffer.from(bytes.subarray(offset, offset + size));
    classifier.feed({ file: 0, offset: from + offset, bytes: piece, gap: false }, readMs);
    // The reader uses its buffer again.
    piece.fill(0);
    offset += size;
  }
}

export function countsOf(events: readonly LogEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) counts[event.class] = (counts[event.class] ?? 0) + 1;
  return counts;
}

function countsIn(expected: string): Record<string, number> {
  if (expected === '-') return {};
  const pairs = expected.split(';').map((pair) => pair.split(':'));
  return Object.fromEntries(pairs.map(([name = '', count]) => [name, Number(count)]));
}
