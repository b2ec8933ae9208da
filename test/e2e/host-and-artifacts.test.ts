/** Memory, mounts, code, binaries and waits of a whole node, as the exporter tells them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

async function watch(scenario: string): Promise<{ node: SimulatedNode; look: () => Promise<Scrape> }> {
  const node = await startNode({ scenario });
  running.push(node);
  const exporter = await startExporter(node);
  return { node, look: async () => parseExposition(await scrape(exporter)) };
}

test('a healthy node has all that it needs', async () => {
  const { node, look } = await watch('healthy');
  const now = await look();
  const llama = { program: 'llama' };
  expect(now.value('gpunode_program_timeout_seconds', { ...llama, timeout: 'LLAMA_WAIT_SECONDS' })).toBe(7);
  expect(now.value('gpunode_program_timeout_seconds', { ...llama, timeout: 'startsecs' })).toBe(1);
  const binary = { ...llama, binary: 'llama-server' };
  expect(now.value('gpunode_binary_runnable', binary)).toBe(1);
  expect(now.value('gpunode_binary_missing_libraries', binary)).toBe(0);
  const { apiCode, workerCode, startScript, llmDirectory, bin } = node.paths;
  for (const path of [apiCode, workerCode, startScript, llmDirectory, join(bin, 'uvicorn'), join(bin, 'python')]) {
    expect([path, now.value('gpunode_path_present', { path })]).toEqual([path, 1]);
  }
  const limit = now.value('gpunode_memory_limit_bytes');
  const total = Number(/^MemTotal: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  expect(limit).toBeGreaterThan(0);
  expect(limit).toBeLessThanOrEqual(total);
  expect(now.value('gpunode_memory_available_bytes')).toBeLessThan(limit ?? 0);
  expect(now.value('gpunode_oom_kills_total', { scope: 'host' })).toBe(0);
  const workspace = { mountpoint: node.paths.workspace };
  expect(now.value('gpunode_filesystem_size_bytes', workspace)).toBeGreaterThan(0);
  expect(now.value('gpunode_filesystem_read_only', workspace)).toBe(0);
  expect(now.value('gpunode_filesystem_mounted', workspace)).toBeUndefined();
});

test('code-missing: the module that uvicorn cannot import has no file', async () => {
  const { node, look } = await watch('code-missing');
  expect((await look()).value('gpunode_path_present', { path: node.paths.apiCode })).toBe(0);
  await waitFor('FATAL', async () => (await node.mainLog()).includes('gave up: fastapi'));
});

test('binary-missing-library: what the loader says when it is too late is told before', async () => {
  const { node, look } = await watch('binary-missing-library');
  const binary = { program: 'llama', binary: 'llama-server' };
  const now = await look();
  expect(now.value('gpunode_binary_runnable', binary)).toBe(1);
  expect(now.value('gpunode_binary_missing_libraries', binary)).toBe(1);
  await waitFor('FATAL', async () => (await node.mainLog()).includes('gave up: llama'));
  const said = readFileSync(join(node.paths.logs, 'llama.err'), 'utf8');
  expect(said).toContain('error while loading shared libraries: libcuda.so.1: cannot open shared object file');
  const log = readFileSync(join(node.paths.logs, 'gpunode-exporter.log'), 'utf8');
  expect(log).toContain('missing libraries: libcuda.so.1');
});

test('mount-missing: an empty folder is no mount', async () => {
  const { node, look } = await watch('mount-missing');
  const mountpoint = node.paths.llmDirectory;
  expect((await look()).value('gpunode_filesystem_mounted', { mountpoint })).toBe(0);
});

test('memory-low: a cgroup is nearly full, and is taken away again', async () => {
  const { node, look } = await watch('memory-low');
  const pid = readFileSync(node.paths.pidFile, 'utf8').trim();
  await waitFor('a cgroup that is nearly full', async () => {
    const now = await look();
    const limit = now.value('gpunode_memory_limit_bytes');
    const available = now.value('gpunode_memory_available_bytes');
    // The limit comes first; it takes a moment until the memory is held.
    return limit === 512 * 1024 ** 2 && available !== undefined && available / limit < 0.05;
  });
  const cgroup = /^\d+:(?:memory)?:(\S*gpunode-\S+)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  expect(cgroup).toContain(`gpunode-${pid}`);
  await node.stop();
  running.splice(0);
  await waitFor(
    'the end of the cgroup',
    () => !existsSync(`/sys/fs/cgroup/memory${cgroup}`) && !existsSync(`/sys/fs/cgroup${cgroup}`),
  );
});
