/** The real supervisord with small logs: it rotates in the middle of a line, or empties its file. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.ts';
import type { Consumer } from './consumer.ts';

const limitBytes = 100 * 1024;
const lines = 3500;
const padding = 'x'.repeat(180);
const lineOf = (number: number): string => `${number} ${padding}`;

/** Writes numbered lines in pieces that are not lines, 997 bytes every two milliseconds or so; ends when told to. */
const program = `
const text = Array.from({ length: ${lines} }, (_, i) => (i + 1) + ' ${padding}\\n').join('');
let at = 0;
const timer = setInterval(() => {
  process.stderr.write(text.slice(at, (at += 997)));
  if (at >= text.length) clearInterval(timer), setInterval(() => 0, 1000);
}, 1);
`;

let folder = '';
let daemon: ChildProcess | undefined;
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  path = join(folder, 'app.err');
});

afterEach(async () => {
  if (daemon?.exitCode === null) {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }
  await rm(folder, { recursive: true });
});

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };

async function startDaemon(backups: number, maxBytes = limitBytes): Promise<void> {
  const config = join(folder, 'supervisord.conf');
  await writeFile(join(folder, 'program.js'), program);
  await writeFile(
    config,
    `[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${join(folder, 'supervisord.pid')}
[unix_http_server]
file=${join(folder, 'sock')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${join(folder, 'sock')}
[program:app]
command=${process.execPath} ${join(folder, 'program.js')}
stdout_logfile=NONE
stderr_logfile=${path}
stderr_logfile_maxbytes=${maxBytes}
stderr_logfile_backups=${backups}
`,
  );
  daemon = spawn('supervisord', ['-c', config], { stdio: 'ignore', env });
}

/** Looks every 15 ms until the last line is there. */
async function readAll(consumer: Consumer, between: (looks: number) => Promise<void>): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (let looks = 0; consumer.lines.at(-1) !== lineOf(lines); looks += 1) {
    expect(performance.now()).toBeLessThan(deadline);
    await consumer.look();
    await between(looks);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

const isExact = (consumer: Consumer): boolean =>
  consumer.lines.length === lines && consumer.lines.every((line, index) => line === lineOf(index + 1));

describe('a log of supervisord', () => {
  it.each(['running', 'killed'])('with three backups is read completely by a reader that is %s', async (life) => {
    const consumer = createConsumer(path);
    await startDaemon(3);
    await readAll(consumer, async (looks) => {
      if (life === 'killed' && looks % 4 === 2) await consumer.lookInVain();
      if (life === 'killed' && looks % 4 === 2) await consumer.kill();
    });
    expect(isExact(consumer)).toBe(true);
    expect(consumer).toMatchObject({ lostBytes: 0, truncated: 0 });
    expect(consumer.renamed).toBeGreaterThan(4);
    await consumer.kill();
  });

  it('that is cleared with supervisorctl is read completely', async () => {
    const consumer = createConsumer(path);
    // No rotation: a file that is begun and cleared between two looks was never there for the reader.
    await startDaemon(3, 50_000_000);
    const clear = ['-c', join(folder, 'supervisord.conf'), 'clear', 'app'];
    let clearing: Promise<unknown> = Promise.resolve();
    await readAll(consumer, async (looks) => {
      if (looks % 25 === 10) clearing = clearing.then(() => promisify(execFile)('supervisorctl', clear, { env }));
    });
    await clearing;
    expect(isExact(consumer)).toBe(true);
    expect(consumer.lostBytes).toBe(0);
    await consumer.kill();
  });

  it('without backups says how much it lost when it was emptied', async () => {
    const consumer = createConsumer(path, { truncatedAtBytes: limitBytes });
    await startDaemon(0);
    await readAll(consumer, async () => {});
    expect(consumer.truncated).toBeGreaterThan(4);
    const whole = consumer.lines.filter((line) => line.endsWith(` ${padding}`));
    const numbers = whole.map((line) => Number(line.split(' ', 1)));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const total = Array.from({ length: lines }, (_, index) => lineOf(index + 1).length + 1).reduce((a, b) => a + b);
    const missing = total - consumer.readBytes;
    expect(consumer.lostBytes > 0).toBe(missing > 0);
    // supervisord looks at the size after each write: what it wrote beyond the limit is not known.
    expect(consumer.lostBytes).toBeLessThanOrEqual(missing);
    expect(consumer.lostBytes).toBeGreaterThanOrEqual(missing - consumer.truncated * 64 * 1024);
    await consumer.kill();
  });
});
