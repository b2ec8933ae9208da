import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFileAgent } from '../../src/agent/client.ts';
import type { FileAgent } from '../../src/agent/client.ts';
import type { FileOperation } from '../../src/core/host.ts';
import { systemClock } from '../../src/host.ts';
import { createTestHost } from '../support/host.ts';
import type { LogLine } from '../support/host.ts';

interface Echo {
  path: string;
  args: unknown;
  pid: number;
}

const echo: FileOperation<unknown, Echo> = {
  name: 'echo',
  run: () => Promise.reject(new Error('runs in the agent only')),
};

const agents: FileAgent[] = [];

afterEach(() => {
  for (const agent of agents.splice(0)) agent.stop();
});

function start(mode: string, command?: [string, ...string[]]): { files: FileAgent; lines: LogLine[] } {
  const { log, lines } = createTestHost();
  const script = join(import.meta.dirname, 'fake-agent.mjs');
  const files = createFileAgent({
    command: command ?? [process.execPath, script, mode],
    clock: systemClock,
    log,
    unresponsiveMs: 100,
  });
  agents.push(files);
  return { files, lines };
}

const call = (files: FileAgent, path: string, timeoutMs = 5_000): Promise<Echo> =>
  files.call(echo, path, { n: 1 }, { timeoutMs });

describe('file agent client', () => {
  it('answers, and many calls share one agent', async () => {
    const { files } = start('ok');
    const answers = await Promise.all(['/a', '/b', '/a'].map((path) => call(files, path)));
    expect(answers.map(({ path, args }) => ({ path, args }))).toEqual(
      ['/a', '/b', '/a'].map((path) => ({ path, args: { n: 1 } })),
    );
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    expect(files.stuckMs()).toBe(0);
  });

  it('keeps errno as the reason', async () => {
    const { files } = start('ok');
    await expect(call(files, '/denied')).rejects.toMatchObject({ reason: 'denied', cause: { code: 'EACCES' } });
  });

  it('gives up a hung path, goes on with others, and refuses the hung one at once', async () => {
    const { files } = start('ok');
    await expect(call(files, '/hang', 50)).rejects.toMatchObject({ reason: 'timeout' });
    await expect(call(files, '/a')).resolves.toMatchObject({ path: '/a' });
    const started = performance.now();
    await expect(call(files, '/hang', 60_000)).rejects.toThrow('echo /hang has not returned for');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(files.stuckMs()).toBeGreaterThan(0);
  });

  it('replaces an agent that does not even answer a ping, and frees its paths once it is gone', async () => {
    const { files, lines } = start('deaf');
    await expect(call(files, '/a', 50)).rejects.toMatchObject({ reason: 'timeout' });
    await vi.waitUntil(() => lines.some(({ message }) => message === 'file agent abandoned'), { timeout: 5_000 });
    await vi.waitUntil(() => files.stuckMs() === 0, { timeout: 5_000 });
    await expect(call(files, '/a', 50)).rejects.toThrow('no answer within');
  });

  it.each(['garbage', 'exit'])('survives an agent in mode %s and starts another', async (mode) => {
    const { files } = start(mode);
    await expect(call(files, '/a')).rejects.toMatchObject({ reason: 'error' });
    await expect(call(files, '/a')).rejects.toMatchObject({ reason: 'error' });
  });

  it('says so when the agent cannot be started', async () => {
    const { files } = start('', ['/no/such/program']);
    await expect(call(files, '/a')).rejects.toThrow('the file agent cannot be started');
  });

  it('refuses calls after it was stopped', async () => {
    const { files } = start('ok');
    files.stop();
    await expect(call(files, '/a')).rejects.toMatchObject({ reason: 'unavailable' });
  });

  it('obeys the signal of its caller', async () => {
    const { files } = start('ok');
    const signal = AbortSignal.timeout(50);
    await expect(files.call(echo, '/hang', {}, { timeoutMs: 60_000, signal })).rejects.toMatchObject({
      reason: 'timeout',
    });
  });
});
