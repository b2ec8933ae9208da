import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, readGuarded } from '../../../src/sources/procfs/guarded-read.ts';
import { temporaryTree } from './fixture.ts';

describe('readGuarded', () => {
  it('reads a file without a size to its end', async () => {
    expect((await readGuarded('/proc/self/status', 65_536)).toString()).toContain('VmRSS');
  });

  it('stops at the limit', async () => {
    const root = temporaryTree({ big: 'x'.repeat(200_000) });
    expect(await readGuarded(join(root, 'big'), 100_000)).toHaveLength(100_000);
  });

  it('gives up a read that hangs, and does not repeat it before it has come back', async () => {
    // Opening a FIFO for reading hangs until somebody opens it for writing, as environ does on a lock in the kernel.
    const fifo = join(temporaryTree(), 'environ');
    execFileSync('mkfifo', [fifo]);
    await expect(readGuarded(fifo, 100)).rejects.toMatchObject({ code: 'ETIMEDOUT' });

    const startedMs = performance.now();
    await expect(readGuarded(fifo, 100)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(performance.now() - startedMs).toBeLessThan(100);

    const release = async (): Promise<void> => (await open(fifo, 'w')).close();
    await release();
    const triesAgain = async (): Promise<boolean> => {
      const againMs = performance.now();
      await readGuarded(fifo, 100).catch(() => undefined);
      return performance.now() - againMs > 100;
    };
    await expect.poll(triesAgain).toBe(true);
    await release();
  });

  it.each([
    ['ENOENT', 'gone'],
    ['ESRCH', 'gone'],
    ['EACCES', 'denied'],
    ['ETIMEDOUT', 'stuck'],
    ['EIO', 'error'],
  ])('%s means %s', (code, failure) => {
    expect(failureOf(Object.assign(new Error(code), { code }))).toBe(failure);
  });
});
