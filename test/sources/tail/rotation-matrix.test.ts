/** Every kind of rotation, by a process that writes on meanwhile, and a reader that lives, dies or sleeps. */
import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, copyFileSync, statSync, truncateSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { lineOf } from './log-writer.ts';
import type { WriterOptions } from './writer-process.ts';

const lookEveryMs = 12;
const script = join(import.meta.dirname, 'writer-process.ts');

interface World {
  readonly path: string;
  readonly consumer: Consumer;
  readonly writer: ChildProcess;
  /** Settles with the number of lines when the writer has ended. */
  readonly writing: Promise<number>;
}

async function inWorld(
  mode: WriterOptions['mode'],
  fast: boolean,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tail-'));
  const path = join(folder, 'app.log');
  const consumer = createConsumer(path);
  // What is there at the first look is where it begins.
  await consumer.look();
  const options: WriterOptions = { path, mode, fast, rotations: 8 };
  const running = promisify(execFile)(process.execPath, [script, JSON.stringify(options)]);
  try {
    await work({ path, consumer, writer: running.child, writing: running.then(({ stdout }) => Number(stdout)) });
  } finally {
    running.child.kill('SIGKILL');
    await consumer.kill();
    await rm(folder, { recursive: true });
  }
}

type Life = 'running' | 'killed' | 'asleep';

/** Reads as long as the writer writes, in its own way, and then to the end. */
async function readOn({ consumer, writing }: World, life: Life, between: () => unknown = () => 0): Promise<number> {
  const state = { writing: true };
  const written = writing.finally(() => (state.writing = false));
  for (let looks = 0; state.writing; looks += consumer.lines.length > 0 ? 1 : 0) {
    if (life !== 'asleep' || looks < 5) await consumer.look();
    // Not every look is saved before the reader dies.
    if (life === 'killed' && looks % 3 === 1) await consumer.lookInVain();
    if (life === 'killed' && looks % 3 === 1) await consumer.kill();
    if (life === 'asleep' && looks === 5) await consumer.kill();
    if (looks > 0) await between();
    await Promise.race([written, new Promise((resolve) => setTimeout(resolve, lookEveryMs))]);
  }
  await consumer.catchUp();
  await consumer.catchUp();
  return written;
}

function expectAll({ consumer }: World, lines: number): void {
  expect(lines).toBeGreaterThan(20);
  const wrong = consumer.lines.findIndex((line, index) => line !== lineOf(index + 1));
  const around = consumer.lines.slice(Math.max(0, wrong - 1), wrong + 3).map((line) => line.slice(0, 50));
  expect({ wrong, around: wrong < 0 ? [] : around }).toEqual({ wrong: -1, around: [] });
  expect(consumer.lines).toHaveLength(lines);
  expect(consumer.lostBytes).toBe(0);
}

const numberOf = (line: string): number => Number(line.split(' ', 1));
const isWhole = (line: string): boolean => line === lineOf(numberOf(line));

const lives: Life[] = ['running', 'killed', 'asleep'];
const speeds = [
  { speed: 'slowly', fast: false },
  { speed: 'fast', fast: true },
];

describe.each(speeds)('a log that is written $speed', ({ fast }) => {
  describe.each(lives)('by a reader that is %s', (life) => {
    it.concurrent.each([
      'plain',
      'rename',
      'rename, create later',
      'rename, stay in the old file',
      'two or three renames at once',
      'rename by date',
      'rename and compress',
    ] as const)('is read completely: %s', (mode) =>
      inWorld(mode, fast, async (world) => {
        expectAll(world, await readOn(world, life));
        expect(world.consumer.renamed > 2).toBe(mode !== 'plain');
      }),
    );

    it.concurrent('is read completely: copied and truncated while the writer stands still', () =>
      inWorld('whole lines', fast, async (world) => {
        const lines = await readOn(
          world,
          life,
          every(6, () => copyTruncate(world, true)),
        );
        expectAll(world, lines);
        expect(world.consumer.truncated).toBeGreaterThan(0);
      }));

    it.concurrent('misses only what exists nowhere: copied and truncated while it is written', () =>
      inWorld('whole lines', fast, async (world) => {
        const lines = await readOn(
          world,
          life,
          every(6, () => copyTruncate(world, false)),
        );
        // The last lines of the writer may have been written between a copy and its truncation: this one was not.
        appendFileSync(world.path, `${lineOf(lines + 1)}\n`);
        await world.consumer.catchUp();
        const numbers = world.consumer.lines.filter(isWhole).map(numberOf);
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
        expect(numbers.at(-1)).toBe(lines + 1);
        expect(numbers.length).toBeGreaterThan(20);
        const left = new Set((await linesLeft(world)).filter(isWhole).map(numberOf));
        for (const number of numbers) left.delete(number);
        expect([...left]).toEqual([]);
      }));
  });
});

/** Does the work at every so many calls; what could not be done yet is tried again at the next one. */
function every(count: number, work: () => Promise<boolean>): () => Promise<void> {
  let calls = count - 1;
  return async () => {
    calls += 1;
    if (calls >= count && (await work())) calls = 0;
  };
}

/** What logrotate does with `copytruncate`; nothing is written meanwhile if `still`. False if it cannot be done now. */
async function copyTruncate({ path, writer }: World, still: boolean): Promise<boolean> {
  // A copy of what was empty at the last look cannot be recognised.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < 100) return false;
  if (still && !(await standStill(writer))) return false;
  const copies = (await readdir(join(path, '..'))).length - 1;
  for (let number = copies; number >= 1; number -= 1) await rename(`${path}.${number}`, `${path}.${number + 1}`);
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  writer.kill('SIGCONT');
  return true;
}

/** Stops the writer; false if it has ended meanwhile. */
async function standStill(writer: ChildProcess): Promise<boolean> {
  writer.kill('SIGSTOP');
  for (;;) {
    const stat = await readFile(`/proc/${writer.pid}/stat`, 'utf8').catch(() => '');
    const state = stat.at(stat.lastIndexOf(')') + 2) ?? '';
    if (state === 'T') return true;
    if (stat === '' || state === 'Z') return false;
  }
}

async function linesLeft({ path }: World): Promise<string[]> {
  const folder = join(path, '..');
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n'));
}
