import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';

let folder = '';
let log = '';
let consumer: Consumer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  log = join(folder, 'app.log');
  consumer = createConsumer(log);
});

afterEach(async () => {
  await consumer.kill();
  await rm(folder, { recursive: true });
});

describe('the lines of a log', () => {
  it('are delivered when they are complete, each once', async () => {
    await writeFile(log, 'one\ntwo\nthr');
    const first = await consumer.look();
    expect(first).toMatchObject({ lines: ['one', 'two'], readBytes: 11, lostBytes: 0, lagBytes: 0, atEnd: true });
    await appendFile(log, 'ee\n');
    expect((await consumer.look()).lines).toEqual(['three']);
    expect((await consumer.look()).lines).toEqual([]);
  });

  it('come again when a reply was lost', async () => {
    await writeFile(log, 'one\ntw');
    await consumer.look();
    await appendFile(log, 'o\nthree\n');
    await consumer.lookInVain();
    expect((await consumer.look()).lines).toEqual(['two', 'three']);
  });

  it('come again from the beginning when the very first reply was lost', async () => {
    await writeFile(log, 'one\n');
    await consumer.lookInVain();
    expect((await consumer.look()).lines).toEqual(['one']);
  });

  it('go on after a restart where the position was saved', async () => {
    await writeFile(log, 'one\ntw');
    await consumer.look();
    await appendFile(log, 'o\n');
    await consumer.kill();
    expect((await consumer.look()).lines).toEqual(['two']);
  });

  it('of a burst of 50 MB are all there', async () => {
    const burst = Array.from({ length: 500_000 }, (_, index) => String(index).padStart(99));
    await writeFile(log, `${burst.join('\n')}\n`);
    await consumer.catchUp({ maxBytes: 4_000_000 });
    expect(consumer.lines.length).toBe(burst.length);
    expect(consumer.lines.every((line, index) => line === burst[index])).toBe(true);
  });

  it('begin at the end when asked, with the line that is being written', async () => {
    await writeFile(log, 'old\nhal');
    expect((await consumer.look({ start: 'end' })).lines).toEqual([]);
    await appendFile(log, 'f\n');
    expect((await consumer.look()).lines).toEqual(['half']);
  });

  it.each(['running', 'restarted'])('are read from the first byte of a log that was missing, while %s', async (how) => {
    const first = await consumer.look({ start: 'end' });
    expect(first).toMatchObject({ lines: [], unreadable: 'missing', atEnd: true });
    await writeFile(log, 'one\n');
    await rename(log, `${log}.1`);
    await writeFile(log, 'two\n');
    if (how === 'restarted') await consumer.kill();
    await consumer.catchUp({ start: 'end' });
    expect(consumer).toMatchObject({ lines: ['one', 'two'], lostBytes: 0, truncated: 0 });
  });
});

describe('a renamed log', () => {
  it('is read to its end, joined with the head of the new file', async () => {
    await writeFile(log, 'one\n');
    await consumer.look();
    await appendFile(log, 'two\nthr');
    await rename(log, `${log}.1`);
    await writeFile(log, 'ee\nfour\n');
    await consumer.catchUp();
    expect(consumer).toMatchObject({ lines: ['one', 'two', 'three', 'four'], renamed: 1, truncated: 0 });
  });

  it.each(['running', 'restarted'])('is found behind several generations while %s', async (how) => {
    await writeFile(log, 'one\n');
    await consumer.look();
    await appendFile(log, 'two\n');
    await rename(log, `${log}.3`);
    await writeFile(`${log}.2`, 'three\n');
    await writeFile(`${log}.1`, 'four\n');
    await writeFile(log, 'five\n');
    if (how === 'restarted') await consumer.kill();
    await consumer.catchUp();
    expect(consumer).toMatchObject({ lines: ['one', 'two', 'three', 'four', 'five'], renamed: 3, truncated: 0 });
  });
});

describe('a truncated log', () => {
  it.each(['running', 'restarted'])('is read from its beginning, even if it grew longer, while %s', async (how) => {
    await writeFile(log, 'one\n');
    await consumer.look();
    await truncate(log, 0);
    await appendFile(log, 'two\nthree\nfour\n');
    if (how === 'restarted') await consumer.kill();
    await consumer.look();
    expect(consumer).toMatchObject({ lines: ['one', 'two', 'three', 'four'], renamed: 0, truncated: 1 });
  });
});
