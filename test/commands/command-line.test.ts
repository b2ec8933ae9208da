/** The program as people start it: exit statuses, and what it says before it serves. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { reservePort } from '../node/ports.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const children: ChildProcess[] = [];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-command-line-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 20_000 });
  return { status, stderr };
}

/** Starts serving; resolves once it listens. */
async function serve(stateDir: string): Promise<{ child: ChildProcess; args: string[]; address: string }> {
  const { port, release } = await reservePort();
  const config = join(folder, `${port}.yml`);
  writeFileSync(config, `state_dir: ${stateDir}\n`);
  const address = `127.0.0.1:${port}`;
  const args = ['--config.file', config, '--web.listen-address', address];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let said = '';
  for await (const text of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(text);
    if (said.includes('listening')) return { child, args, address };
  }
  release();
  throw new Error(`never listened: ${said}`);
}

test.each([
  ['--nope'],
  ['serve', 'extra'],
  ['nope'],
  ['config'],
  ['config', 'check', '--config.file', '/no/such.yml'],
  ['--config.file', '/no/such.yml'],
  ['--web.config.file', '/no/such.yml'],
  ['--web.listen-address', '10042'],
  ['--web.telemetry-path', 'metrics'],
  ['--log.level', 'loud'],
  ['--no-collector.nope'],
  ['gate'],
  ['gate', '--model', ''],
  ['gate', '--model', '/m.gguf', '--timeout', '5'],
])('wrong usage: %s %s', (...args) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('one exporter a state directory, and one an address', async () => {
  const stateDir = join(folder, 'state');
  const { child, args, address } = await serve(stateDir);
  expect(run(...args)).toEqual({
    status: 1,
    stderr: `gpunode-exporter: ${stateDir}/lock is held by process ${child.pid}: one exporter a state directory\n`,
  });
  writeFileSync(join(folder, 'no-state.yml'), 'state_dir: none\n');
  const second = run('--config.file', join(folder, 'no-state.yml'), '--web.listen-address', address);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`--web.listen-address: ${address} is already in use by another process\n`);
});

test('serves on when nobody reads its log any more', async () => {
  const { child, address } = await serve('none');
  child.stderr?.destroy();
  const ended = once(child, 'exit');
  expect((await fetch(`http://${address}/-/healthy`)).status).toBe(200);
  // Which it logs.
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
