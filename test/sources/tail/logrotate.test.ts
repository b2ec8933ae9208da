/** The real logrotate, with what its users write into its configuration. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { createLogWriter, lineOf } from './log-writer.ts';
import type { LogWriter } from './log-writer.ts';

let folder = '';
let path = '';
let consumer: Consumer;
let writer: LogWriter;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  path = join(folder, 'app.log');
  consumer = createConsumer(path);
  writer = createLogWriter(path, { append: true });
});

afterEach(async () => {
  writer.close();
  await consumer.kill();
  await rm(folder, { recursive: true });
});

async function logrotate(directives: string): Promise<void> {
  const config = join(folder, 'logrotate.conf');
  await writeFile(config, `${path} {\nrotate 5\nsize 1\n${directives}\n}\n`, { mode: 0o600 });
  await promisify(execFile)('logrotate', ['--force', '--state', join(folder, 'state'), config], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}

interface Way {
  readonly name: string;
  readonly directives: string;
  /** When the writer is told to make the file anew: at once, or when it has gone on in the renamed file for a while. */
  readonly reopens: 'never' | 'later' | 'at once';
  readonly rounds?: number;
}

const ways: Way[] = [
  { name: 'create', directives: 'create', reopens: 'later' },
  { name: 'nocreate', directives: 'nocreate', reopens: 'later' },
  { name: 'copytruncate', directives: 'copytruncate', reopens: 'never' },
  { name: 'create without a signal', directives: 'create', reopens: 'never', rounds: 1 },
  { name: 'compress', directives: 'create\ncompress', reopens: 'at once' },
  { name: 'delaycompress', directives: 'create\ncompress\ndelaycompress', reopens: 'later' },
  { name: 'copytruncate and compress', directives: 'copytruncate\ncompress', reopens: 'never' },
  { name: 'dateext', directives: 'create\ndateext', reopens: 'later', rounds: 1 },
  { name: 'dateext and extension', directives: 'create\ndateext\nextension .log', reopens: 'later', rounds: 1 },
  { name: 'extension', directives: 'create\nextension .log', reopens: 'later' },
];

describe.each(ways)('logrotate with $name', ({ directives, reopens, rounds = 3 }) => {
  it.each([
    { life: 'running', looks: true, kills: false },
    { life: 'restarted each time', looks: true, kills: true },
    { life: 'not running meanwhile', looks: false, kills: true },
  ])('leaves nothing out, the reader is $life', async ({ looks, kills }) => {
    writer.write(1000);
    await consumer.look();
    for (let round = 0; round < rounds; round += 1) {
      writer.write(1000);
      writer.endLine();
      if (kills) await consumer.kill();
      await logrotate(directives);
      if (reopens === 'at once') writer.reopen();
      writer.write(500);
      if (looks) await consumer.look();
      writer.write(500);
      if (reopens === 'later') writer.reopen();
      writer.write(500);
    }
    writer.endLine();
    await consumer.catchUp();
    await consumer.catchUp();
    expect(consumer.lines).toEqual(Array.from({ length: writer.lines() }, (_, index) => lineOf(index + 1)));
    expect(consumer.lostBytes).toBe(0);
  });
});
