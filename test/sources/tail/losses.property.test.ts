/** What cannot be read any more is counted to the byte, where the size of what was lost can be known. */
import { ftruncateSync, openSync, closeSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTail } from '../../../src/sources/tail/reader.ts';
import type { TailPosition } from '../../../src/sources/tail/types.ts';
import { createLogWriter } from './log-writer.ts';

type Step = { readonly write: number } | 'look' | 'kill' | 'truncate' | 'clear';

const write = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 100, max: 900 })).map((write) => ({ write }));

function history(...others: Exclude<Step, object>[]): fc.Arbitrary<Step[]> {
  return fc.array(fc.oneof<fc.Arbitrary<Step>[]>(write, write, fc.constantFrom(...others)), { maxLength: 60 });
}

/** A consumer that saves after every look; `kill` forgets everything but what is saved. */
function createByteConsumer(path: string, truncatedAtBytes: number | undefined) {
  const saved = { bytes: 0, lostBytes: 0, position: undefined as TailPosition | undefined };
  const open = () => createTail({ path, position: saved.position, start: 'beginning', truncatedAtBytes });
  let tail = open();
  return {
    saved,
    async look() {
      for (let atEnd = false; !atEnd;) {
        let bytes = 0;
        await tail.resume(saved.position);
        const look = await tail.read(400, (chunk) => (bytes += chunk.bytes.length));
        const mark = await tail.mark(look.end);
        saved.bytes += bytes;
        saved.lostBytes += mark.lostBytes;
        saved.position = mark.position;
        atEnd = look.atEnd;
      }
    },
    async kill() {
      await tail.close();
      tail = open();
    },
  };
}

interface Rules {
  readonly append: boolean;
  /** The writer empties the file itself as soon as it is so long. */
  readonly maxBytes?: number;
  /** A look between any two truncations. */
  readonly lookBetween: boolean;
}

async function live(steps: readonly Step[], { append, maxBytes, lookBetween }: Rules): Promise<[number, number]> {
  const folder = await mkdtemp(join(tmpdir(), 'tail-'));
  const path = join(folder, 'app.log');
  const writer = createLogWriter(path, { append });
  const consumer = createByteConsumer(path, maxBytes);
  let truncated = false;

  async function empty(how: () => void): Promise<void> {
    if (truncated && lookBetween) await consumer.look();
    how();
    truncated = true;
    // That a file was truncated which was empty at the last look cannot be known.
    writer.write(20);
  }

  async function put(bytes: number): Promise<void> {
    const room = maxBytes === undefined ? bytes : maxBytes - statSync(path).size;
    writer.write(Math.min(bytes, room));
    if (maxBytes !== undefined && statSync(path).size >= maxBytes) await empty(() => writer.truncate());
  }

  async function look(): Promise<void> {
    await consumer.look();
    truncated = false;
  }

  try {
    writer.write(20);
    await look();
    for (const step of steps) {
      if (typeof step === 'object') await put(step.write);
      else if (step === 'look') await look();
      else if (step === 'kill') await consumer.kill();
      else if (step === 'truncate') await empty(() => truncateFromOutside(path));
      else await empty(() => writer.clear());
      if (step === 'clear') await look();
    }
    // The size of a hole is known when something follows it.
    await put(50);
    await look();
    await look();
    return [consumer.saved.bytes + consumer.saved.lostBytes, writer.bytes()];
  } finally {
    writer.close();
    await consumer.kill();
    await rm(folder, { recursive: true });
  }
}

function truncateFromOutside(path: string): void {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, 0);
  closeSync(fd);
}

describe('bytes read and bytes lost are all that were written', () => {
  it.each<{ name: string; steps: fc.Arbitrary<Step[]>; rules: Rules }>([
    {
      name: 'the writer empties its file at a known size (supervisord without backups)',
      steps: history('look', 'kill'),
      rules: { append: false, maxBytes: 1000, lookBetween: true },
    },
    {
      name: 'truncated from outside, the writer leaves a hole (supervisord after its first rotation)',
      steps: history('look', 'kill', 'truncate'),
      rules: { append: false, lookBetween: false },
    },
    {
      name: 'deleted and made anew, the reader looks in between (supervisorctl clear)',
      steps: history('look', 'clear'),
      rules: { append: true, lookBetween: true },
    },
  ])('$name', async ({ steps, rules }) => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const [told, written] = await live(history, rules);
        expect(told).toBe(written);
      }),
      { numRuns: Number(process.env['TAIL_RUNS'] ?? 100) },
    );
  });
});
