import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { exec } from '../../src/core/exec.ts';
import { isAlive } from '../support/processes.ts';

const execFile = promisify(execFileWithCallback);
const execModule = new URL('../../src/core/exec.ts', import.meta.url).href;
const sh = (script: string): [string, ...string[]] => ['sh', '-c', script];

async function timed<T>(action: Promise<T>): Promise<{ result: T; ms: number }> {
  const started = performance.now();
  return { result: await action, ms: performance.now() - started };
}

describe('running a command', () => {
  it('gives both streams and the exit code', async () => {
    const result = await exec(sh('echo out; echo err >&2; exit 3'), { timeoutMs: 5_000 });
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false });
  });

  it.each([
    ['/no/such/command', 'ENOENT'],
    ['no-such-command', 'ENOENT'],
    ['/etc/passwd', 'EACCES'],
    ['/etc', 'EACCES'],
  ])('tells that %s cannot be started (%s)', async (file, code) => {
    const result = await exec([file], { timeoutMs: 5_000 });
    expect(result.spawnError?.code).toBe(code);
    expect(result.spawnError?.message).toMatch(new RegExp(`^${file}: `));
    expect(result).toMatchObject({ stdout: '', stderr: '' });
    expect(result.exitCode).toBeUndefined();
  });

  it.each([126, 127])('that ends with %s itself was started', async (exitCode) => {
    const result = await exec(sh(`echo "sh: 1: not found" >&2; exit ${exitCode}`), { timeoutMs: 5_000 });
    expect(result).toMatchObject({ exitCode, stderr: 'sh: 1: not found\n' });
    expect(result.spawnError).toBeUndefined();
  });

  it.each(['removed before', 'removed while we run'])('in a directory that was %s', async (when) => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const script = `
      const { rmdirSync } = await import('node:fs');
      const { exec } = await import(${JSON.stringify(execModule)});
      if (${when === 'removed while we run'}) process.cwd();
      rmdirSync(${JSON.stringify(folder)});
      console.log((await exec(['echo', 'here'], { timeoutMs: 5_000 })).stdout);
    `;
    const args = ['--input-type=module', '--eval', script];
    expect((await execFile(process.execPath, args, { cwd: folder })).stdout.trim()).toBe('here');
  });

  it('by a path from where we were started, in a directory that is always there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    writeFileSync(join(folder, 'here'), '#!/bin/sh\npwd\n', { mode: 0o755 });
    const script = `
      const { exec } = await import(${JSON.stringify(execModule)});
      console.log((await exec(['./here'], { timeoutMs: 5_000 })).stdout);
    `;
    const args = ['--input-type=module', '--eval', script];
    expect((await execFile(process.execPath, args, { cwd: folder })).stdout.trim()).toBe('/');
    rmSync(folder, { recursive: true });
  });

  it('ends a command at the deadline', async () => {
    const { result, ms } = await timed(exec(['sleep', '60'], { timeoutMs: 100 }));
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
    expect(ms).toBeLessThan(5_000);
    await result.exited;
  });

  it('settles though the child ignores SIGTERM, and tells when it is really gone', async () => {
    const ignoring = sh('trap "" TERM; i=0; while [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); done');
    const { result, ms } = await timed(exec(ignoring, { timeoutMs: 200 }));
    expect(result.timedOut).toBe(true);
    expect(ms).toBeLessThan(2_000);
    let gone = false;
    const exited = result.exited.then(() => {
      gone = true;
    });
    expect(gone).toBe(false);
    await exited;
  });

  it('does not wait for a grandchild that keeps the pipe, and ends it', async () => {
    const { result, ms } = await timed(exec(sh('sleep 60 & echo started $!'), { timeoutMs: 30_000 }));
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    expect(ms).toBeLessThan(10_000);
    const pid = Number(/started (\d+)/.exec(result.stdout)?.[1]);
    await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
  });

  it('bounds the output', async () => {
    const result = await exec(sh('yes | head -c 5000000'), { timeoutMs: 10_000, maxOutputBytes: 1_000 });
    expect(result.outputTruncated).toBe(true);
    expect(result.stdout.length).toBeLessThanOrEqual(1_000);
  });

  it('ends with the signal of its caller', async () => {
    const { result, ms } = await timed(exec(['sleep', '60'], { timeoutMs: 60_000, signal: AbortSignal.timeout(50) }));
    expect(result.timedOut).toBe(true);
    expect(ms).toBeLessThan(5_000);
  });
});
