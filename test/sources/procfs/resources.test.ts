import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kilobytes, readProcessResources } from '../../../src/sources/procfs/resources.ts';
import { asNobody, isRoot } from './fixture.ts';

const megabyte = 1024 * 1024;

function startHog(): number {
  const script = `const kept = Buffer.alloc(${64 * megabyte}, 1); setInterval(() => kept.length, 1000)`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid ?? 0;
}

describe('readProcessResources', () => {
  it('measures real processes and leaves out one that is gone', async () => {
    const pid = startHog();
    const read = (): ReturnType<typeof readProcessResources.run> =>
      readProcessResources.run('/proc', { pids: [pid, 4_999_999], rssOnly: [] });
    await expect.poll(async () => (await read())[0]?.memoryBytes, { timeout: 10_000 }).toBeGreaterThan(64 * megabyte);
    const [found, ...others] = await read();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ pid, memoryKind: 'pss', pssSlow: false });
    expect(found?.openFds).toBeGreaterThan(2);
  });

  it('falls back on the resident set size', async () => {
    const pid = process.pid;
    const [found] = await readProcessResources.run('/proc', { pids: [pid], rssOnly: [pid] });
    const now = kilobytes(readFileSync('/proc/self/status', 'utf8'), 'VmRSS') ?? 0;
    expect(found).toMatchObject({ pid, memoryKind: 'rss' });
    expect(Math.abs((found?.memoryBytes ?? 0) - now)).toBeLessThan(50 * megabyte);
  });

  it('reads what may be read of another user', async () => {
    const pid = startHog();
    const [found] = await asNobody(() => readProcessResources.run('/proc', { pids: [pid], rssOnly: [] }));
    expect(found).toMatchObject({ pid, memoryKind: isRoot ? 'rss' : 'pss' });
  });
});

describe('kilobytes', () => {
  it('takes the line of exactly that name', () => {
    expect(kilobytes('Pss_Dirty:  1 kB\nPss:    315 kB\nSwapPss: 2 kB\n', 'Pss')).toBe(315 * 1024);
    expect(kilobytes('Pss: many kB\n', 'Pss')).toBeUndefined();
  });
});
