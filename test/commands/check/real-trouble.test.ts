/** `check` on nodes with trouble: the right verdict, in time, whatever hangs. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { reportSchema } from '../../../src/checklist/report.ts';
import { fakeNvidiaSmiIn } from '../../node/fake-nvidia-smi/install.ts';
import { startExporter } from '../../node/exporter.ts';
import { waitFor } from '../../node/poll.ts';
import { startNode } from '../../node/start.ts';
import type { NodeOptions, SimulatedNode } from '../../node/start.ts';
import { requireCommand } from '../../setup/packages.ts';
import { isAlive } from '../../support/processes.ts';
import { check } from './program.ts';
import type { Ended } from './program.ts';

const cleanups: (() => unknown)[] = [];
vi.setConfig({ testTimeout: 120_000 });

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(options: NodeOptions = {}): Promise<SimulatedNode> {
  const node = await startNode(options);
  cleanups.push(() => node.stop());
  return node;
}

async function healthyNode(prepare: NodeOptions['prepare'] = () => undefined): Promise<SimulatedNode> {
  const node = await start({ prepare });
  await waitFor('a node that is well', async () => (await check(node)).status === 0, { timeoutMs: 40_000 });
  return node;
}

async function report(
  node: SimulatedNode,
  args: readonly string[] = [],
): Promise<Ended & { of: (check: string) => unknown }> {
  const ended = await check(node, ['--format', 'json', ...args]);
  const { items } = reportSchema.parse(JSON.parse(ended.stdout));
  return {
    ...ended,
    of: (name) => items.filter((each) => each.check === name).map(({ subject, status }) => `${subject} ${status}`),
  };
}

it('llama-flap fails with its cadence in words, though no exporter ever ran', async () => {
  const node = await start({ scenario: 'llama-flap' });
  await waitFor('four starts', async () => (await node.mainLog()).split("spawned: 'llama'").length > 4, {
    timeoutMs: 60_000,
  });
  const { status, stdout } = await check(node);
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /✗ FAIL +no_restart_loop +llama +\d restarts in the last hour, every (6\.\d|7(\.\d)?|8)s, regular as a clock; close to LLAMA_WAIT_SECONDS \(7s\)/,
  );
  expect(stdout).toContain(`             next:    tail -n 200 ${node.paths.logs}/llama.err\n`);
  expect(stdout).toContain('             runbook: /runbooks/GpuNodeProgramFlapping\n');
  expect(stdout).toMatch(/\nFAIL: \d of \d+ checks fail(, \d unknown)?\n$/);
});

it('an hour of it is read back from the main log, and is the same beside an exporter that has run', async () => {
  const seconds = 420;
  const node = await start({
    prepare({ paths, programs }) {
      programs.llama.environment['LLAMA_WAIT_SECONDS'] = String(seconds);
      appendFileSync(paths.mainLog, anHourOfFlaps(seconds));
    },
  });
  const words = /8 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS \(7m 0s\)/;
  const args = ['--section', 'resource_sanity'];
  const alone = await check(node, args);
  expect(alone.stdout).toMatch(words);
  expect(alone.status).toBe(1);
  const exporter = await startExporter(node);
  await waitFor('the history', () => readFileSync(join(node.paths.state, 'history.json'), 'utf8').includes('llama'));
  await exporter.stop();
  // It goes on where that one stopped, and reads nothing back.
  const beside = await check(node, args);
  expect(beside.stdout).toMatch(words);
  expect(beside.status).toBe(1);
});

/** supervisord's log as it was before it was started the last time, four minutes ago. */
function anHourOfFlaps(seconds: number): string {
  const line = (ms: number, text: string): string => {
    const [date = '', time = ''] = new Date(ms).toISOString().split(/[TZ]/);
    return `${date} ${time.replace('.', ',')} INFO ${text}\n`;
  };
  const count = 9;
  const firstMs = Date.now() - 60_000 - count * seconds * 1_000;
  return Array.from({ length: count }, (_, index) => firstMs + index * seconds * 1_000)
    .map((ms, index) => {
      const pid = 1_000 + index;
      return [
        line(ms, `spawned: 'llama' with pid ${pid}`),
        line(
          ms + 1_001,
          'success: llama entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)',
        ),
        line(ms + seconds * 1_000 - 5, `exited: llama (exit status 1; not expected)`).replace('INFO', 'WARN'),
      ].join('');
    })
    .join('');
}

it('a frozen supervisord fails, what only it knows is unknown, and the rest is told', async () => {
  const node = await healthyNode();
  node.signalSupervisord('SIGSTOP');
  const { status, of, ms } = await report(node);
  node.signalSupervisord('SIGCONT');
  expect(ms).toBeLessThan(15_000);
  expect(status).toBe(1);
  expect(of('supervisor_answers')).toEqual(['node fail']);
  expect(of('program_running')).toEqual(['fastapi unknown', 'worker-gpu unknown', 'llama unknown']);
  expect(of('no_oom')).toEqual(['node pass', 'fastapi unknown', 'worker-gpu unknown', 'llama unknown']);
  expect(of('api_healthy')).toEqual(['compute-api pass']);
  expect(of('file_complete')).toEqual(['llama pass']);
});

it('an nvidia-smi that will not die keeps nobody: unknown at the deadline', async () => {
  const node = await healthyNode();
  const smi = fakeNvidiaSmiIn(`${node.paths.root}/gpu`);
  smi.set({ mode: 'unkillable' });
  cleanups.push(() => smi.release());
  const first = await report(node, ['--timeout', '2s']);
  expect(first.of('cuda_visible')).toEqual(['node unknown']);
  expect(first.status).toBe(3);
  expect(first.ms).toBeLessThan(8_000);
  // Its own deadline of 3 s is earlier than that of the check.
  const second = await report(node);
  expect(second.of('cuda_visible')).toEqual(['node unknown']);
  expect(second.of('program_running')).toEqual(['fastapi pass', 'worker-gpu pass', 'llama pass']);
  expect(second.ms).toBeLessThan(15_000);
});

it('an nvidia-smi that ignores SIGTERM does not outlive it', async () => {
  const node = await start();
  const smi = fakeNvidiaSmiIn(node.paths.gpu);
  smi.set({ mode: 'ignore-sigterm' });
  await check(node, ['--section', 'resource_sanity', '--timeout', '5s']);
  expect(smi.starts().filter(({ pid }) => isAlive(pid))).toEqual([]);
});

it('a file system that does not answer keeps nobody either', async () => {
  let stall = (): unknown => undefined;
  const node = await healthyNode(({ paths, config }) => {
    const source = dirname(paths.model);
    const target = `${paths.root}/seen-through`;
    mkdirSync(target);
    const daemon = spawn(requireCommand('bindfs'), ['-f', source, target], { stdio: 'ignore' });
    cleanups.push(() => {
      daemon.kill('SIGCONT');
      spawnSync('umount', ['-l', target]);
      daemon.kill('SIGKILL');
    });
    stall = () => daemon.kill('SIGSTOP');
    for (const file of config.models.files) file.path = paths.model.replace(source, target);
  });
  stall();
  const { status, of, ms } = await report(node, ['--timeout', '10s']);
  expect(of('file_complete')).toEqual(['llama unknown']);
  expect(of('supervisor_answers')).toEqual(['node pass']);
  expect(status).toBe(3);
  expect(ms).toBeLessThan(16_000);
});
