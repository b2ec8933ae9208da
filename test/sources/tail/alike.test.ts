/** Generations of a log that says the same again and again are told apart by their identity, not by their content. */
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';

const line = 'the same again, long enough to be told from other files by what it says\n';
let folder = '';
let log = '';
let consumer: Consumer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  log = join(folder, 'app.log');
  consumer = createConsumer(log);
  writeFileSync(log, line);
  await consumer.look();
});

afterEach(async () => {
  await consumer.kill();
  await rm(folder, { recursive: true });
});

it('renamed twice while the reader was down', async () => {
  await consumer.kill();
  appendFileSync(log, line);
  renameSync(log, `${log}.2`);
  writeFileSync(`${log}.1`, line.repeat(3));
  writeFileSync(log, line.repeat(5));
  await consumer.catchUp();
  expect(consumer).toMatchObject({ lines: { length: 10 }, lostBytes: 0, renamed: 2 });
});

it('renamed twice and compressed while the reader was down', async () => {
  await consumer.kill();
  writeFileSync(`${log}.2.gz`, gzipSync(line.repeat(2)));
  rmSync(log);
  writeFileSync(`${log}.1`, line.repeat(3));
  writeFileSync(log, line.repeat(5));
  await consumer.catchUp();
  expect(consumer).toMatchObject({ lines: { length: 10 }, lostBytes: 0, renamed: 2 });
});

it('renamed and compressed between two looks: the new file is no copy that an editor put there', async () => {
  appendFileSync(log, line);
  renameSync(log, `${log}.1`);
  writeFileSync(log, line.repeat(5));
  writeFileSync(`${log}.1.gz`, gzipSync(line.repeat(2)));
  rmSync(`${log}.1`);
  await consumer.catchUp();
  await consumer.catchUp();
  expect(consumer).toMatchObject({ lines: { length: 7 }, lostBytes: 0, renamed: 1 });
});
