/** What a log's path can be and become, besides a file that is rotated. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TailLinesResult } from '../../../src/sources/tail/types.ts';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';

let folder = '';
let log = '';
let consumer: Consumer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  log = join(folder, 'app.log');
  consumer = createConsumer(log, { start: 'end' });
});

afterEach(async () => {
  await consumer.kill();
  await rm(folder, { recursive: true });
});

const lives = ['running', 'restarted'];

/** A look, by a new process or by the same. */
async function lookWhile(life: string): Promise<TailLinesResult> {
  if (life === 'restarted') await consumer.kill();
  await consumer.look();
  return consumer.catchUp();
}

/** Root may read everything: it becomes somebody else for a moment. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe.each(lives)('seen by a reader that is %s', (life) => {
  it('a missing log appears, and is read from its first byte', async () => {
    expect(await consumer.look()).toMatchObject({ unreadable: 'missing', atEnd: true });
    writeFileSync(log, 'one\n');
    expect(await lookWhile(life)).toMatchObject({ unreadable: undefined });
    expect(consumer.lines).toEqual(['one']);
  });

  it('a directory in its place gives way to a file', async () => {
    mkdirSync(log);
    expect(await consumer.look()).toMatchObject({ unreadable: 'not_a_file' });
    rmSync(log, { recursive: true });
    writeFileSync(log, 'one\n');
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one']);
  });

  it('a file gives way to a pipe, which is never opened, and comes back', async () => {
    writeFileSync(log, '');
    await consumer.look();
    writeFileSync(log, 'one\n');
    await consumer.look();
    renameSync(log, `${log}.1`);
    execFileSync('mkfifo', [log]);
    expect(await lookWhile(life)).toMatchObject({ unreadable: 'not_a_file' });
    appendFileSync(`${log}.1`, 'two\n');
    expect(await consumer.catchUp()).toMatchObject({ unreadable: 'not_a_file' });
    unlinkSync(log);
    writeFileSync(log, 'three\n');
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one', 'two', 'three']);
  });

  it('the names of our own files are no logs', async () => {
    symlinkSync('/dev/stderr', log);
    expect(await lookWhile(life)).toMatchObject({ unreadable: 'not_a_file', lines: [] });
  });

  it('what is replaced by another file of the same size is read anew', async () => {
    writeFileSync(log, 'one\ntwo\n');
    await consumer.look({ start: 'beginning' });
    writeFileSync(`${log}.new`, 'six\nten\n');
    renameSync(`${log}.new`, log);
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one', 'two', 'six', 'ten']);
  });

  it('what is written over with as many bytes is read anew', async () => {
    writeFileSync(log, 'one\ntwo\n');
    await consumer.look({ start: 'beginning' });
    writeFileSync(log, 'six\nten\n');
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one', 'two', 'six', 'ten']);
  });

  it('a copy that takes its place goes on where the log was', async () => {
    writeFileSync(log, `${'one '.repeat(40)}\ntwo\n`);
    await consumer.look();
    await copyFile(log, `${log}.tmp`);
    renameSync(`${log}.tmp`, log);
    appendFileSync(log, 'three\n');
    await lookWhile(life);
    expect(consumer.lines).toEqual(['three']);
  });

  it('a link leads to a new file every day', async () => {
    const link = log;
    for (const day of [15, 16, 17]) {
      writeFileSync(join(folder, `app-202601${day}.log`), `first of ${day}\n`);
      rmSync(link, { force: true });
      symlinkSync(`app-202601${day}.log`, link);
      if (day === 15) await consumer.look({ start: 'beginning' });
      appendFileSync(join(folder, `app-202601${day}.log`), `last of ${day}\n`);
    }
    await lookWhile(life);
    const expected = [15, 16, 17].flatMap((day) => [`first of ${day}`, `last of ${day}`]);
    expect(consumer.lines).toEqual(expected);
  });

  it('a link to a log elsewhere, which is rotated there', async () => {
    const target = join(folder, 'elsewhere', 'app.err');
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(target, '');
    symlinkSync(target, log);
    writeFileSync(target, 'one\n');
    await consumer.look({ start: 'beginning' });
    for (const text of ['two', 'three']) {
      renameSync(target, `${target}.${text === 'two' ? 2 : 1}`);
      writeFileSync(target, `${text}\n`);
    }
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one', 'two', 'three']);
  });

  it('a deleted log that nobody makes anew is missing, and no more', async () => {
    writeFileSync(log, 'one\n');
    await consumer.look({ start: 'beginning' });
    unlinkSync(log);
    expect(await lookWhile(life)).toMatchObject({ unreadable: 'missing', atEnd: true, lostBytes: 0, lagBytes: 0 });
    expect(consumer.lines).toEqual(['one']);
  });

  it('a log that may not be read is read from where it was when it may', async () => {
    writeFileSync(log, 'before\n', { mode: 0o000 });
    await chmod(folder, 0o755);
    await asNobody(async () => {
      expect(await consumer.look()).toMatchObject({ unreadable: 'denied', lines: [] });
    });
    await chmod(log, 0o644);
    appendFileSync(log, 'after\n');
    await asNobody(async () => {
      expect(await lookWhile(life)).toMatchObject({ unreadable: undefined });
    });
    expect(consumer.lines).toEqual(['after']);
  });

  it('the beginning of an over-long line is delivered once, and its rest skipped', async () => {
    writeFileSync(log, '');
    await consumer.look();
    appendFileSync(log, 'x'.repeat(100_000));
    await lookWhile(life);
    appendFileSync(log, `${'x'.repeat(100_000)}\nnext\n`);
    await lookWhile(life);
    expect(consumer.lines).toEqual(['x'.repeat(65_536), 'next']);
  });

  it('NUL bytes are nothing', async () => {
    writeFileSync(log, '\0\0one\0\ntwo\n\0\0');
    await consumer.look({ start: 'beginning' });
    appendFileSync(log, '\0thr\0ee\n');
    await lookWhile(life);
    expect(consumer.lines).toEqual(['one', 'two', 'three']);
    expect(consumer.readBytes).toBe(14);
  });

  it('carriage returns and broken characters are left to the consumer', async () => {
    writeFileSync(log, Buffer.from([0x61, 0x0d, 0x0a, 0x62, 0x0d, 0x63, 0x0a, 0xff, 0x0a]));
    await consumer.look({ start: 'beginning' });
    expect(consumer.lines).toEqual(['a\r', 'b\rc', '\ufffd']);
  });
});

it('a name that is made anew at each start (AUTO) is followed from the old file to the new one', async () => {
  const old = join(folder, 'llama-stderr---supervisor-abc.log');
  writeFileSync(old, 'one\n');
  const before = createConsumer(old, { start: 'beginning' });
  await before.look();
  appendFileSync(old, 'two\n');
  writeFileSync(log, 'three\n');
  await before.kill();
  const after = createConsumer(log, {}, before.position);
  await after.catchUp();
  await after.catchUp();
  expect(after).toMatchObject({ lines: ['two', 'three'], lostBytes: 0 });
  await after.kill();
});

it('a log that was emptied twice and a stranger with its name are told apart', async () => {
  writeFileSync(log, 'one\n');
  await consumer.look({ start: 'beginning' });
  truncateSync(log);
  expect(await consumer.catchUp()).toMatchObject({ lines: [], atEnd: true });
  writeFileSync(log, 'two\n');
  await consumer.catchUp();
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'three\n');
  await consumer.catchUp();
  await consumer.catchUp();
  expect(consumer).toMatchObject({ lines: ['one', 'two', 'three'], truncated: 1, renamed: 1, lostBytes: 0 });
});

it('two consumers of one log do not share what they have read', async () => {
  writeFileSync(log, 'one\n');
  const other = createConsumer(log, { consumer: 'other', start: 'beginning' });
  await consumer.look({ start: 'beginning' });
  expect((await other.look()).lines).toEqual(['one']);
  await other.kill();
});
