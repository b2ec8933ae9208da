/** Sources that hang for real: the exporter goes on, says so, and stops in time. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Daemon } from '../node/daemon.ts';
import { scrape, startExporter } from '../node/exporter.ts';
import type { NodePaths } from '../node/layout.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { NodeOptions, SimulatedNode } from '../node/start.ts';
import { requireCommand } from '../setup/packages.ts';
import { parseExposition } from '../support/exposition.ts';
import type { Scrape } from '../support/exposition.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function healthyNode(prepare: NodeOptions['prepare'] = () => undefined): Promise<SimulatedNode> {
  const node = await startNode({ prepare });
  cleanups.push(() => node.stop());
  return node;
}

const look = async (exporter: Daemon): Promise<Scrape> => parseExposition(await scrape(exporter));

/** A scrape must not wait for anything; generous for a busy machine, far below any deadline of a collector. */
async function lookAtOnce(exporter: Daemon): Promise<Scrape> {
  const started = performance.now();
  const text = await look(exporter);
  expect(performance.now() - started).toBeLessThan(1_000);
  return text;
}

async function stopTime(exporter: Daemon): Promise<number> {
  const ended = once(exporter.process, 'exit');
  const started = performance.now();
  exporter.process.kill('SIGTERM');
  await ended;
  return performance.now() - started;
}

describe('a frozen supervisord', () => {
  it('is told at once, withdraws its states, and is well again without a restart', async () => {
    const node = await healthyNode();
    const exporter = await startExporter(node);
    const llama = { program: 'llama' };
    await waitFor(
      'llama RUNNING',
      async () => (await look(exporter)).value('gpunode_program_state_code', llama) === 20,
    );

    node.signalSupervisord('SIGSTOP');
    await waitFor('down', async () => (await lookAtOnce(exporter)).value('gpunode_supervisor_up') === 0);
    const frozen = await lookAtOnce(exporter);
    expect(frozen.value('gpunode_collector_success', { collector: 'supervisor' })).toBe(0);
    expect(
      frozen.value('gpunode_collector_failures_total', { collector: 'supervisor', reason: 'timeout' }),
    ).toBeGreaterThan(0);
    expect(frozen.series('gpunode_program_state').size).toBe(0);
    expect(frozen.value('gpunode_program_expected', llama)).toBe(1);
    expect(frozen.value('gpunode_program_starts_total', { ...llama, trigger: 'respawn' })).toBe(0);

    node.signalSupervisord('SIGCONT');
    await waitFor('up', async () => (await look(exporter)).value('gpunode_supervisor_up') === 1);
    expect((await look(exporter)).value('gpunode_program_state_code', llama)).toBe(20);
    const told = exporter
      .log()
      .split('\n')
      .filter((line) => line.includes('collector=supervisor'));
    expect(told.filter((line) => line.includes('collector failed'))).toHaveLength(1);
    expect(told.filter((line) => line.includes('collector recovered'))).toHaveLength(1);
    expect(await stopTime(exporter)).toBeLessThan(2_000);
  });
});

describe('a file system that never answers', () => {
  it('stalls nothing but what lies on it', { timeout: 90_000 }, async () => {
    const node = await healthyNode(({ config, paths }) => {
      Object.assign(config.supervisor, { main_log: join(seenThrough(paths), 'supervisord.log') });
      // A program's own python may lie on such a file system, and nvidia-smi itself.
      copyFileSync('/bin/true', join(dirname(paths.mainLog), 'python'));
      const smi = join(dirname(paths.mainLog), 'nvidia-smi');
      writeFileSync(smi, `#!/bin/sh\nexec ${[config.gpu.command].flat().join(' ')} "$@"\n`, { mode: 0o755 });
      const command = [join(seenThrough(paths), 'python')];
      const torch = { name: 'torch', program: 'llama', command, interval: '1s', timeout: '500ms' };
      Object.assign(config.gpu, {
        interval: '1s',
        timeout: '2s',
        command: [join(seenThrough(paths), 'nvidia-smi')],
        probes: [torch],
      });
    });
    const mounted = await mountStallable(node);
    const exporter = await startExporter(node);
    await waitFor('up', async () => (await look(exporter)).value('gpunode_supervisor_up') === 1);
    expect((await look(exporter)).value('gpunode_exporter_agent_stuck_seconds')).toBe(0);
    const torch = { probe: 'torch', program: 'llama' };
    await waitFor('the probe', async () => (await look(exporter)).value('gpunode_cuda_available', torch) === 1);
    await waitFor('the cards', async () => (await look(exporter)).value('gpunode_gpus_visible') === 1);

    mounted.stall();
    await waitFor(
      'stuck',
      async () => ((await lookAtOnce(exporter)).value('gpunode_exporter_agent_stuck_seconds') ?? 0) > 1,
    );
    const stuck = await lookAtOnce(exporter);
    expect(stuck.value('gpunode_supervisor_up')).toBe(1);
    await waitFor('no answer', async () => {
      return (await lookAtOnce(exporter)).value('gpunode_cuda_available', torch) === undefined;
    });
    const gpu = { collector: 'gpu' };
    await waitFor('no cards', async () => (await lookAtOnce(exporter)).value('gpunode_collector_success', gpu) === 0);
    await waitFor(
      'none from before',
      async () => (await lookAtOnce(exporter)).value('gpunode_gpus_visible') === undefined,
    );
    expect(await stopTime(exporter)).toBeLessThan(2_000);

    const next = await startExporter(node);
    expect((await lookAtOnce(next)).value('gpunode_supervisor_up')).toBe(1);
    mounted.resume();
    await waitFor('all well', async () => (await look(next)).value('gpunode_exporter_agent_stuck_seconds') === 0);
    expect(await stopTime(next)).toBeLessThan(2_000);
  });
});

const seenThrough = (paths: NodePaths): string => join(paths.root, 'through');

/** Shows supervisord's log folder a second time, through a FUSE file system whose daemon can be frozen. */
async function mountStallable({ paths }: SimulatedNode): Promise<{ stall: () => void; resume: () => void }> {
  const target = seenThrough(paths);
  mkdirSync(target);
  const daemon = spawn(requireCommand('bindfs'), ['-f', dirname(paths.mainLog), target], { stdio: 'ignore' });
  cleanups.push(() => {
    daemon.kill('SIGCONT');
    spawnSync('umount', ['-l', target]);
    daemon.kill('SIGKILL');
  });
  await waitFor('the mount', () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${target} `));
  return { stall: () => void daemon.kill('SIGSTOP'), resume: () => void daemon.kill('SIGCONT') };
}
