/** The simulated node itself: what it claims to be, and that nothing of it stays behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { waitFor, waitForOk } from '../node/poll.ts';
import { loadScenario, scenarioNames } from '../node/scenario.ts';
import { startNode } from '../node/start.ts';
import type { NodeOptions, SimulatedNode } from '../node/start.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function start(options?: NodeOptions): Promise<SimulatedNode> {
  const node = await startNode(options);
  running.push(node);
  return node;
}

test('a healthy node runs three programs and answers as they do', async () => {
  const node = await start();
  const urls = [`http://127.0.0.1:${node.ports.api}/health`, `http://127.0.0.1:${node.ports.llama}/health`];
  for (const url of urls) {
    await waitForOk(url);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
  }
  await waitFor('three RUNNING', async () => (await node.mainLog()).match(/ entered RUNNING state/g)?.length === 3);
  const { exitCode, output } = await node.supervisorctl('status');
  expect(exitCode).toBe(0);
  expect(output.match(/^(fastapi|llama|worker-gpu) +RUNNING /gm)).toHaveLength(3);
});

test('llama-server keeps its model mapped, in the process that supervisord started', async () => {
  const node = await start();
  await waitForOk(`http://127.0.0.1:${node.ports.llama}/health`);
  const pid = (await node.supervisorctl('pid', 'llama')).output.trim();
  const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  expect(commandLine).toEqual(expect.arrayContaining([`${node.paths.app}/llama-server`, '-m', node.paths.model]));
  expect(await readFile(`/proc/${pid}/maps`, 'utf8')).toContain(node.paths.model);
});

test('llama-server says that it is loading as long as it is', async () => {
  const node = await start({ scenario: 'llama-loading-forever' });
  const response = await waitFor('an answer', () => fetch(`http://127.0.0.1:${node.ports.llama}/health`));
  expect(response.status).toBe(503);
  expect(await response.text()).toBe('{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}');
});

test('llama-server refuses a model file that is cut, and aborts', async () => {
  const node = await start({ scenario: 'model-partial' });
  await waitFor('the abort', async () => (await node.mainLog()).includes('exited: llama (terminated by SIGABRT'));
  expect(await readFile(`${node.paths.logs}/llama.err`, 'utf8')).toContain(
    "tensor 'token_embd.weight' data is not within the file bounds, model is corrupted or incomplete",
  );
});

test('start-llama.sh gives up after LLAMA_WAIT_SECONDS', async () => {
  const node = await start({
    scenario: 'model-missing',
    prepare: ({ programs }) => void (programs.llama.environment['LLAMA_WAIT_SECONDS'] = '1'),
  });
  await waitFor('the exit', async () => (await node.mainLog()).includes('exited: llama (exit status 1; not expected)'));
  const log = await readFile(`${node.paths.logs}/llama.err`, 'utf8');
  expect(log).toContain(`[start-llama] waiting for model file ${node.paths.model} (1/1)\n`);
  expect(log).toContain(`[start-llama] Timed out waiting for model ${node.paths.model} after 1s\n`);
});

test('fastapi really loops in crash-loop: RUNNING in between, 2.5 s each', async () => {
  const node = await start({ scenario: 'crash-loop' });
  const events = await waitFor('a respawn', async () => {
    const lines = [...(await node.mainLog()).matchAll(/^(\S+ [\d:]+),(\d+) \w+ (spawned|success|exited): '?fastapi/gm)];
    return lines.length >= 4 && lines;
  });
  expect(events.slice(0, 4).map(([, , , kind]) => kind)).toEqual(['spawned', 'success', 'exited', 'spawned']);
  const [spawnedMs = 0, , exitedMs = 0] = events.map(([, time, ms]) => Date.parse(`${time}`) + Number(ms));
  expect(exitedMs - spawnedMs).toBeGreaterThan(2_400);
  expect(await node.mainLog()).toContain('exited: fastapi (exit status 1; not expected)');
  expect(await readFile(`${node.paths.logs}/fastapi.err`, 'utf8')).toMatch(/^ModuleNotFoundError: No module named /m);
});

test('an orphan holds the port, drives fastapi to FATAL, answers for it, and still goes when the node is stopped', async () => {
  const node = await start({
    scenario: 'port-taken-by-orphan',
    prepare: ({ programs }) => void (programs.fastapi.settings['startretries'] = '1'),
  });
  await waitFor('FATAL', async () => (await node.mainLog()).includes('gave up: fastapi entered FATAL state'));
  expect((await fetch(`http://127.0.0.1:${node.ports.api}/health`)).status).toBe(200);
  expect(await readFile(`${node.paths.logs}/fastapi.err`, 'utf8')).toMatch(/ERROR: {4}\[Errno 98\] .*already in use/);
  node.signalSupervisord('SIGSTOP');
  await node.stop();
  expect(existsSync(node.paths.root)).toBe(false);
  expect(await processesOf(node.paths.root)).toEqual([]);
});

test.each(await scenarioNames())('scenario %s starts, and its file has its name', async (name) => {
  const scenario = await loadScenario(name);
  expect(scenario.name).toBe(name);
  const node = await start({ scenario });
  const log = await waitFor('three programs', async () => {
    const text = await node.mainLog();
    return (text.match(/ spawned: /g)?.length ?? 0) >= 3 && text;
  });
  expect(log).not.toMatch(/ (ERRO|WARN) (?!exited:)/);
});

test('nothing is left of a node whose owner was killed', async () => {
  const fixture = fileURLToPath(new URL('../node/hold.ts', import.meta.url));
  const owner = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line]: unknown[] = await once(createInterface(owner.stdout), 'line');
  const folder = String(line);
  expect(await processesOf(folder)).not.toEqual([]);
  owner.kill('SIGKILL');
  await waitFor('the watchdog', () => !existsSync(folder));
  expect(await processesOf(folder)).toEqual([]);
});

/** Pids of processes that have the folder in their environment or command line. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.flatMap((pid) =>
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    ),
  );
  return pids.filter((_, index) => texts.slice(2 * index, 2 * index + 2).some((text) => text.includes(folder)));
}
