/** The programs' logs of whole nodes under a real supervisord, as the exporter counts them. */
import { afterEach, expect, test } from 'vitest';
import { scrape, startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { parseExposition } from '../support/exposition.ts';
import type { Scrape } from '../support/exposition.ts';

const running: SimulatedNode[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

async function watch(scenario: string): Promise<() => Promise<Scrape>> {
  const node = await startNode({ scenario });
  running.push(node);
  const exporter = await startExporter(node);
  return async () => parseExposition(await scrape(exporter));
}

/** Events above zero, by labels. */
function counted(now: Scrape): Record<string, number> {
  return Object.fromEntries([...now.series('gpunode_log_events_total')].filter(([, value]) => value > 0));
}

const worker = { program: 'worker-gpu' };
const fastapi = { program: 'fastapi' };

test('a healthy node: every class of every program at zero', async () => {
  const look = await watch('healthy');
  const now = await look();
  expect(now.series('gpunode_log_events_total').size).toBe(3 * 17);
  expect(counted(now)).toEqual({});
  for (const program of ['fastapi', 'worker-gpu', 'llama']) {
    expect([program, now.value('gpunode_log_readable', { program })]).toEqual([program, 1]);
  }
});

test('cuda-oom: one event for each failed start', async () => {
  const look = await watch('cuda-oom');
  await waitFor('two failed starts', async () => {
    return ((await look()).value('gpunode_log_events_total', { program: 'llama', class: 'gpu_oom' }) ?? 0) >= 2;
  });
  const now = await look();
  expect(Object.keys(counted(now))).toEqual(['{program="llama",class="gpu_oom"}']);
  const exits = now.value('gpunode_program_exits_total', { program: 'llama', cause: 'signal' }) ?? 0;
  expect(now.value('gpunode_log_events_total', { program: 'llama', class: 'gpu_oom' })).toBeLessThanOrEqual(exits + 1);
});

test('whisper-cpu: one warning, with its own time, after the start of the worker', async () => {
  const look = await watch('whisper-cpu');
  const labels = { ...worker, class: 'cpu_fallback' };
  await waitFor('the warning', async () => (await look()).value('gpunode_log_events_total', labels) === 1);
  const now = await look();
  expect(Object.keys(counted(now))).toHaveLength(1);
  const at = now.value('gpunode_log_last_event_timestamp_seconds', labels) ?? 0;
  expect(at).toBeGreaterThanOrEqual(now.value('gpunode_program_start_time_seconds', worker) ?? Infinity);
});

test('api-traceback-storm: one event for each request that raised', async () => {
  const look = await watch('api-traceback-storm');
  const labels = { ...fastapi, class: 'unclassified' };
  await waitFor('five tracebacks', async () => ((await look()).value('gpunode_log_events_total', labels) ?? 0) >= 5);
  expect(Object.keys(counted(await look()))).toHaveLength(1);
});

test('log-rotation: rotated and cut off every few seconds, nothing harmless counts, nothing is lost without a word', async () => {
  const look = await watch('log-rotation');
  await waitFor('rotations of both kinds', async () => {
    const now = await look();
    const renamed = now.value('gpunode_log_rotations_total', { ...fastapi, kind: 'renamed' }) ?? 0;
    return renamed >= 2 && (now.value('gpunode_log_rotations_total', { ...worker, kind: 'truncated' }) ?? 0) >= 2;
  });
  const now = await look();
  expect(counted(now)).toEqual({});
  expect(now.value('gpunode_log_lost_bytes_total', fastapi)).toBe(0);
  expect(now.value('gpunode_log_readable', worker)).toBe(1);
});

test('log-flood: ten thousand lines a second are read as they come, and nobody else waits', async () => {
  const look = await watch('log-flood');
  const first = await look();
  const startMs = performance.now();
  const before = first.value('gpunode_log_lines_total', worker) ?? 0;
  await waitFor('fifty thousand lines', async () => {
    return ((await look()).value('gpunode_log_lines_total', worker) ?? 0) >= before + 50_000;
  });
  expect(performance.now() - startMs).toBeLessThan(20_000);
  const now = await look();
  expect(counted(now)).toEqual({});
  expect(now.value('gpunode_log_lag_bytes', worker)).toBeLessThan(4_000_000);
  for (const collector of ['supervisor', 'logs', 'endpoints']) {
    expect([collector, now.value('gpunode_collector_success', { collector })]).toEqual([collector, 1]);
  }
});
