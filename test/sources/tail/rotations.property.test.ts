/** Any order of writing, rotating, looking and dying gives the same lines, as long as the bytes exist somewhere. */
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { createLogWriter, lineOf, sameLine } from './log-writer.ts';
import type { LogWriter, WriterOptions } from './log-writer.ts';

interface World {
  readonly writer: LogWriter;
  readonly consumer: Consumer;
  readonly append: boolean;
}

interface Step {
  readonly name: string;
  toString(): string;
  run(world: World): Promise<void> | void;
}

const step = (name: string, run: Step['run']): Step => ({ name, toString: () => name, run });

const write = fc
  .oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 200, max: 6000 }))
  .map((bytes) => step(`write ${bytes}`, ({ writer }) => writer.write(bytes)));
const lookAtAll = fc.constant(step('look', async ({ consumer }) => void (await consumer.look())));
const look = fc
  .oneof(fc.integer({ min: 1, max: 500 }), fc.constant(1_000_000))
  .map((maxBytes) => step(`look ${maxBytes}`, async ({ consumer }) => void (await consumer.look({ maxBytes }))));
const lookInVain = fc
  .integer({ min: 1, max: 5000 })
  .map((maxBytes) => step(`look in vain ${maxBytes}`, ({ consumer }) => consumer.lookInVain({ maxBytes })));
const kill = fc.constant(step('kill', ({ consumer }) => consumer.kill()));
const reopen = fc.constant(step('reopen', ({ writer }) => writer.reopen()));
const renameOnly = (to: 'number' | 'date'): fc.Arbitrary<Step> =>
  fc.constant(step(`rename ${to}`, ({ writer }) => writer.rename(to)));
const renameAndReopen = (to: 'number' | 'date'): fc.Arbitrary<Step> =>
  fc.constant(
    step(`rotate ${to}`, ({ writer, append }) => {
      writer.rename(to);
      writer.reopen();
      if (append) writer.write(40);
    }),
  );
const copyTruncate = fc.constant(
  step('copytruncate', ({ writer, append }) => {
    // Nothing tells whether a line goes on after a truncation, unless the writer leaves a hole.
    if (append) writer.endLine();
    writer.copyTruncate();
    // A copy of what was empty at the last look cannot be recognised.
    writer.write(40);
    // Two holes are told apart by what follows them, once that was read.
    if (!append) writer.endLine();
  }),
);
const compress = fc.constant(step('compress', ({ writer }) => writer.compress()));

function history(...rotations: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> {
  const steps = fc.oneof(
    { weight: 8, arbitrary: write },
    { weight: 5, arbitrary: look },
    { weight: 1, arbitrary: lookInVain },
    { weight: 2, arbitrary: kill },
    { weight: 3, arbitrary: fc.oneof(...rotations) },
  );
  return fc.array(steps, { minLength: 3, maxLength: 40 });
}

const holes = fc.array(fc.oneof(write, lookAtAll, kill, copyTruncate), { minLength: 3, maxLength: 40 });

/** Files of the folder that this process holds open for reading. */
async function openFiles(folder: string): Promise<string[]> {
  const fds = await readdir('/proc/self/fd');
  const files = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return files.filter((file) => file.startsWith(folder));
}

async function live(
  steps: readonly Step[],
  options: Required<WriterOptions>,
): Promise<{ seen: Consumer; truth: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'tail-'));
  const path = join(folder, 'app.log');
  const { append, line } = options;
  const writer = createLogWriter(path, options);
  const consumer = createConsumer(path);
  try {
    writer.write(40);
    await consumer.look();
    for (const one of steps) await one.run({ writer, consumer, append });
    if (append) writer.reopen();
    writer.write(40);
    writer.endLine();
    await consumer.catchUp();
    // The last file may wait for one look without growth of the one before.
    await consumer.catchUp();
    await consumer.look();
    writer.close();
    expect((await openFiles(folder)).length).toBeLessThanOrEqual(2);
    await consumer.kill();
    expect(await openFiles(folder)).toEqual([]);
    return { seen: consumer, truth: Array.from({ length: writer.lines() }, (_, index) => line(index + 1)) };
  } finally {
    await consumer.kill();
    await rm(folder, { recursive: true });
  }
}

describe('lines are exact, whatever happens to the log between two looks', () => {
  it.each([
    { name: 'renamed to .1, .2, .3', steps: history(renameAndReopen('number')), append: false },
    { name: 'renamed by date', steps: history(renameAndReopen('date')), append: true },
    { name: 'renamed, the writer stays a while', steps: history(renameOnly('number'), reopen), append: true },
    { name: 'renamed and compressed', steps: history(renameAndReopen('number'), compress), append: true },
    { name: 'copied and truncated', steps: history(copyTruncate), append: true },
    { name: 'copied and truncated, leaving a hole', steps: holes, append: false },
    { name: 'copied, truncated, compressed', steps: history(copyTruncate, compress), append: true },
    { name: 'renamed or truncated', steps: history(renameAndReopen('number'), copyTruncate), append: true },
    {
      name: 'alike and renamed to .1, .2, .3',
      steps: history(renameAndReopen('number')),
      append: false,
      line: sameLine,
    },
    { name: 'alike and renamed by date', steps: history(renameAndReopen('date')), append: true, line: sameLine },
    {
      name: 'alike, renamed, compressed',
      steps: history(renameAndReopen('number'), compress),
      append: true,
      line: sameLine,
      secondsApart: true,
    },
    { name: 'all of it', steps: history(renameAndReopen('number'), copyTruncate, compress), append: true },
  ])('$name', async ({ steps, append, line = lineOf, secondsApart = false }) => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { seen, truth } = await live(history, { append, line, secondsApart });
        expect(seen.lines).toEqual(truth);
        expect(seen.lostBytes).toBe(0);
      }),
      { numRuns: Number(process.env['TAIL_RUNS'] ?? 100) },
    );
  });
});
