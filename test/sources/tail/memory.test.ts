import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { agentNodeFlags } from '../../../src/agent/node-flags.ts';

const size = 30 * 1_048_576;

it.each([
  { name: 'one endless line', bytes: Buffer.alloc(size, 'x'), lines: 1 },
  { name: 'nothing but NUL bytes', bytes: Buffer.alloc(size), lines: 0 },
  {
    name: 'lines of 128 bytes',
    bytes: Buffer.alloc(size, `${'a line of a log '.repeat(8).slice(1)}\n`),
    lines: size / 128,
  },
])('a log of 30 MB is read in little memory: $name', async ({ bytes, lines }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tail-'));
  try {
    const log = join(folder, 'app.log');
    await writeFile(log, bytes);
    const script = join(import.meta.dirname, 'memory-process.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [...agentNodeFlags, script, log]);
    const told = JSON.parse(stdout) as { megabytes: number; lines: number; offset: number };
    expect(told).toMatchObject({ lines, offset: lines === 0 ? 0 : size });
    expect(told.megabytes).toBeLessThan(lines > 1 ? 50 : 30);
  } finally {
    await rm(folder, { recursive: true });
  }
});
