/** `npm run demo` as a newcomer runs it, but for a few seconds. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../node/poll.ts';

const demo = fileURLToPath(new URL('../node/demo.ts', import.meta.url));
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function startDemo(...args: string[]) {
  const started = spawn(process.execPath, [demo, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  const text = { stdout: '', stderr: '' };
  started.stdout.setEncoding('utf8').on('data', (chunk) => (text.stdout += chunk));
  started.stderr.setEncoding('utf8').on('data', (chunk) => (text.stderr += chunk));
  return { text, kill: () => started.kill('SIGINT'), exit: once(started, 'close').then(([code]) => Number(code)) };
}

test('shows a scenario for as long as it is asked to, then ends with 0 and leaves nothing', async () => {
  const { text, exit } = startDemo('--scenario', 'crash-loop', '--for', '12s');
  expect(await exit).toBe(0);
  expect(text.stderr).toBe('');
  expect(text.stdout).toMatch(/^exporter +http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
  expect(text.stdout).toMatch(/^Prometheus +http:\/\/127\.0\.0\.1:\d+$/m);
  expect(text.stdout).toMatch(/^1\d s: exporter=yes supervisord=yes .*fastapi=\w+\(respawns [1-9]/m);
  expect(existsSync(nodeFolder(text.stdout))).toBe(false);
});

test('ends with 0 on Ctrl-C and leaves nothing', async () => {
  const { text, exit, kill } = startDemo();
  await waitFor('the first line', () => text.stdout.includes('0 s: '));
  expect(existsSync(nodeFolder(text.stdout))).toBe(true);
  kill();
  expect(await exit).toBe(0);
  expect(existsSync(nodeFolder(text.stdout))).toBe(false);
});

test.each([
  [['--scenario', 'no-such'], 'No scenario no-such'],
  [['--for', 'long'], 'expected a duration'],
  [['--colour'], '--colour'],
])('refuses %j with exit code 2 and the list of scenarios', async (args, message) => {
  const { text, exit } = startDemo(...args);
  expect(await exit).toBe(2);
  expect(text.stderr).toContain(message);
  expect(text.stderr).toContain('\n  crash-loop ');
});

function nodeFolder(output: string): string {
  return /^the node +(\S+)$/m.exec(output)?.[1] ?? '';
}
