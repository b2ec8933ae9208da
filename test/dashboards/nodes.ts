/** Nodes in five conditions, and one Prometheus that scrapes them all in quick time. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from '../node/daemon.ts';
import { startExporter } from '../node/exporter.ts';
import { fakeNvidiaSmiIn } from '../node/fake-nvidia-smi/install.ts';
import { startPaging } from '../node/paging.ts';
import { waitFor } from '../node/poll.ts';
import type { Prometheus } from '../node/prometheus.ts';
import { createScratch } from '../node/scratch.ts';
import { startNode } from '../node/start.ts';
import type { NodeOptions, SimulatedNode } from '../node/start.ts';

export const conditions = ['flapping', 'healthy', 'blind', 'without GPU', 'dead'] as const;
export type Condition = (typeof conditions)[number];

export interface Fleet {
  readonly prometheus: Prometheus;
  readonly exporters: Readonly<Record<Condition, Daemon>>;
  /** Blinds one and kills another; resolves when that has come through, and the flapping one has been paged for. */
  readonly goWrong: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const preparations: Readonly<Record<Condition, NodeOptions>> = {
  flapping: { scenario: 'llama-flap' },
  healthy: {},
  blind: { prepare: ({ config }) => void Object.assign(config.gpu, { interval: '1s', timeout: '1s' }) },
  'without GPU': { prepare: ({ paths }) => rmSync(join(paths.bin, 'nvidia-smi')) },
  dead: {},
};

/** Resolves when Prometheus has scraped every node twice, and the healthy one is up. */
export async function startFleet(): Promise<Fleet> {
  const nodes = new Map<Condition, SimulatedNode>();
  const started = new Map<Condition, Daemon>();
  const waiting = [...conditions];
  const startNext = async (): Promise<void> => {
    for (let condition = waiting.shift(); condition !== undefined; condition = waiting.shift()) {
      const node = await startNode(preparations[condition]);
      nodes.set(condition, node);
      started.set(condition, await startExporter(node));
    }
  };
  const scratch = await createScratch();
  const stop = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map((node) => node.stop()));
    await scratch.remove();
  };
  try {
    // As many at once as there are cores: more would only wait for each other.
    await Promise.all([startNext(), startNext()]);
    const exporters = Object.fromEntries(started) as Record<Condition, Daemon>;
    const addresses = [...started.values()].map(({ address }) => address);
    const { prometheus } = await startPaging(scratch, addresses);
    await waitForCount(prometheus, 'count_over_time(up[1m]) >= 2', conditions.length);
    await waitForCount(prometheus, `gpunode_endpoint_up{instance="${exporters.healthy.address}"} == 1`, 2);
    return { prometheus, exporters, goWrong: () => goWrong(prometheus, nodes, exporters), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function goWrong(
  prometheus: Prometheus,
  nodes: ReadonlyMap<Condition, SimulatedNode>,
  exporters: Fleet['exporters'],
): Promise<void> {
  const blind = nodes.get('blind');
  if (!blind) throw new Error('no node to blind');
  blind.signalSupervisord('SIGSTOP');
  fakeNvidiaSmiIn(blind.paths.gpu).set({ mode: 'unkillable' });
  exporters.dead.process.kill('SIGKILL');
  const of = (condition: Condition): string => `instance="${exporters[condition].address}"`;
  await waitForCount(prometheus, `ALERTS{alertname="GpuNodeProgramFlapping",${of('flapping')}}`, 1);
  await waitForCount(prometheus, `gpunode_program_state_code{${of('blind')}}`, 0);
  await waitForCount(prometheus, `gpunode_gpu_info{${of('blind')}}`, 0);
  await waitForCount(prometheus, `up{${of('dead')}} == 0`, 1);
}

async function waitForCount(prometheus: Prometheus, expression: string, count: number): Promise<void> {
  await waitFor(`${count} of ${expression}`, async () => (await prometheus.query(expression)).length === count, {
    timeoutMs: 60_000,
    everyMs: 200,
  });
}
