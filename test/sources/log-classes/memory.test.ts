import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { agentNodeFlags } from '../../../src/agent/node-flags.ts';

const size = 48 * 1_048_576;
const failure =
  'ERROR:app:it failed\nTraceback (most recent call last):\n  File "/opt/a.py", line 1, in f\nValueError: x\n';

test.each([
  ['one endless line', Buffer.alloc(size, 'ERROR x'), 0, 40],
  ['ordinary lines', Buffer.alloc(size, `${'a line of a log '.repeat(8)}\n`), 0, 40],
  // Half a million events as fast as they can be read: more than any program writes.
  ['nothing but failures', Buffer.alloc(size, failure), Math.floor(size / failure.length) - 1, 40],
])(
  'a log of 48 MB is classified in little memory: %s',
  async (_, bytes, atLeast, atMost) => {
    const folder = await mkdtemp(join(tmpdir(), 'gpunode-logs-'));
    try {
      const log = join(folder, 'app.log');
      await writeFile(log, bytes);
      const script = join(import.meta.dirname, 'memory-process.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [...agentNodeFlags, script, log]);
      const told = JSON.parse(stdout) as { megabytes: number; events: number };
      expect(told.events).toBeGreaterThanOrEqual(atLeast);
      expect(told.megabytes).toBeLessThan(atMost);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  120_000,
);
