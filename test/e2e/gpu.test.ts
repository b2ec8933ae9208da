/** GPU scenarios: a real supervisord, the exporter as it is run, and a stand-in for nvidia-smi. */
import { afterEach, expect, test } from 'vitest';
import { fakeNvidiaSmiIn } from '../node/fake-nvidia-smi/install.ts';
import { scrape, startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { isAlive } from '../support/processes.ts';

const running: SimulatedNode[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

const gib = 1_073_741_824;
const uuid = 'GPU-5f0e4d3c-2b1a-4099-8877-665544332210';

/** A scrape as name{labels} → value. */
async function start(scenario: string): Promise<{ node: SimulatedNode; values: () => Promise<Map<string, number>> }> {
  const node = await startNode({ scenario });
  running.push(node);
  const exporter = await startExporter(node);
  const values = async (): Promise<Map<string, number>> => {
    const samples = (await scrape(exporter))
      .split('\n')
      .filter((line) => /^gpunode_\S+ \S+$/.test(line.replaceAll(/"[^"]*"/g, '')));
    return new Map(
      samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };
  return { node, values };
}

test('gpu-memory-orphan: whose memory it was, and that nobody owns it now', async () => {
  const { values } = await start('gpu-memory-orphan');
  const program = `gpunode_gpu_program_memory_bytes{uuid="${uuid}",program="worker-gpu"}`;
  const orphan = `gpunode_gpu_unattributed_memory_bytes{uuid="${uuid}",owner="orphan"}`;
  const before = await waitFor('memory of worker-gpu', async () => {
    const now = await values();
    return now.get(program) === 5 * gib && now;
  });
  expect(before.get(orphan)).toBe(0);
  // The card is asked a moment before its processes are: both have seen the new worker a round later.
  const used = `gpunode_gpu_memory_used_bytes{uuid="${uuid}"}`;
  await waitFor('the orphan beside the new worker', async () => {
    const now = await values();
    return now.get(orphan) === 5 * gib && now.get(program) === 5 * gib && now.get(used) === 15.5 * gib;
  });
});

test('gpu-lost: visible, but not readable', async () => {
  const { values } = await start('gpu-lost');
  const readable = `gpunode_gpu_readable{uuid="${uuid}"}`;
  const used = `gpunode_gpu_memory_used_bytes{uuid="${uuid}"}`;
  const before = await waitFor('the card with what both programs hold', async () => {
    const now = await values();
    return now.get(used) === 10.5 * gib && now;
  });
  expect(before.get(readable)).toBe(1);
  const lost = await waitFor('its loss', async () => {
    const now = await values();
    return now.get(readable) === 0 && now;
  });
  expect([lost.get('gpunode_gpus_visible'), lost.get('gpunode_gpus_expected'), lost.has(used)]).toEqual([1, 1, false]);
});

test('no-driver: a definite none, though one is expected', async () => {
  const { values } = await start('no-driver');
  const now = await values();
  expect(
    ['gpus_visible', 'gpus_expected', 'gpu_query_exit_code', 'collector_success{collector="gpu"}'].map((name) =>
      now.get(`gpunode_${name}`),
    ),
  ).toEqual([0, 1, 9, 1]);
});

test('nvidia-smi-hung: one child, its age, everything else fresh; the readings go when they are old, and come back with the driver', async () => {
  const { node, values } = await start('nvidia-smi-hung');
  const stuck = await waitFor('a stuck nvidia-smi', async () => {
    const now = await values();
    return (now.get('gpunode_gpu_query_stuck_seconds') ?? 0) > 3 && now;
  });
  expect(stuck.get('gpunode_collector_success{collector="gpu"}')).toBe(0);
  const nvidiaSmi = fakeNvidiaSmiIn(node.paths.gpu);
  const starts = nvidiaSmi.starts().length;
  const old = await waitFor('the readings to go', async () => {
    const now = await values();
    return !now.has('gpunode_gpus_visible') && now;
  });
  expect(old.get('gpunode_gpus_expected')).toBe(1);
  expect(old.get('gpunode_collector_success{collector="supervisor"}')).toBe(1);
  const age = 'gpunode_gpu_query_stuck_seconds';
  expect(old.get(age)).toBeGreaterThan(stuck.get(age) ?? Infinity);
  expect(nvidiaSmi.starts()).toHaveLength(starts);
  nvidiaSmi.set({ mode: 'ok' });
  nvidiaSmi.release();
  await waitFor('the cards again', async () => (await values()).get('gpunode_gpus_visible') === 1);
}, 60_000);

test('an nvidia-smi that ignores SIGTERM does not outlive the exporter', async () => {
  const node = await startNode({ prepare: ({ config }) => void Object.assign(config.gpu, { timeout: '3s' }) });
  running.push(node);
  const nvidiaSmi = fakeNvidiaSmiIn(node.paths.gpu);
  nvidiaSmi.set({ mode: 'ignore-sigterm' });
  const exporter = await startExporter(node);
  const hung = nvidiaSmi.starts().filter(({ pid }) => isAlive(pid));
  expect(hung).toHaveLength(1);
  await exporter.stop();
  await waitFor('its end', () => !isAlive(hung[0]?.pid ?? 0));
});
