/** The program as people start it: exit statuses, and what it says before it serves. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
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
async function serve(
  stateDir: string,
  { config: more = '', inside = [] }: { config?: string; inside?: readonly string[] } = {},
): Promise<{ child: ChildProcess; args: string[]; address: string }> {
  const { port, release } = await reservePort();
  const config = join(folder, `${port}.yml`);
  writeFileSync(config, `state_dir: ${stateDir}\n${more}`);
  const address = `127.0.0.1:${port}`;
  const args = ['--config.file', config, '--web.listen-address', address];
  const [command = '', ...words] = [...inside, process.execPath, main, ...args];
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
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
  ['--web.telemetry-path', '/-/Healthy/'],
  ['--web.telemetry-path', '/api'],
  ['--web.telemetry-path', '/x/../y'],
  ['--log.level', 'loud'],
  ['--no-collector.nope'],
  ['gate'],
  ['gate', '--model', ''],
  ['gate', '--model', '--help'],
  ['gate', '--model', '/m.gguf', '--timeout', '5'],
])('wrong usage: %s %s', (...args) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a wrong command is told which there are', () => {
  expect(run('nope').stderr).toBe(
    'gpunode-exporter: found nope, expected serve, check, gate, config or a flag (see --help)\n',
  );
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

/** A resolver that never answers, and the command that runs another one where it is asked. */
function deadResolver(): { asked: Promise<unknown>; inside: string[]; close: () => void } {
  const resolver = createSocket('udp4').bind(53, '127.0.0.77');
  const resolvConf = join(folder, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.77\n');
  // With a resolv.conf of its own, which nobody else sees.
  const script = `mount --bind ${resolvConf} /etc/resolv.conf && exec "$@"`;
  const inside = ['unshare', '--mount', 'sh', '-c', script, 'sh'];
  return { asked: once(resolver, 'message'), inside, close: () => resolver.close() };
}

test('ends in time though a resolver never answers', async () => {
  const { asked, inside, close } = deadResolver();
  const target = '{ name: a, url: "http://node.example.com/", program: a }';
  const { child } = await serve('none', { config: `endpoints: { targets: [${target}] }\n`, inside });
  await asked;
  const sinceMs = performance.now();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(performance.now() - sinceMs).toBeLessThan(4_000);
  close();
});

test('check ends in time, and with its own status, though a resolver never answers', async () => {
  const { asked, inside, close } = deadResolver();
  const check = [main, 'check', '--from', 'http://node.example.com:10042', '--timeout', '1s'];
  const [command = '', ...words] = [...inside, process.execPath, ...check];
  const child = spawn(command, words, { stdio: 'ignore' });
  children.push(child);
  const ended = once(child, 'exit');
  await asked;
  const sinceMs = performance.now();
  expect(await ended).toEqual([3, null]);
  expect(performance.now() - sinceMs).toBeLessThan(4_000);
  close();
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
