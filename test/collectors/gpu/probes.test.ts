import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gpuConfigSchema } from '../../../src/collectors/gpu/config.ts';
import { createNotes } from '../../../src/collectors/gpu/notes.ts';
import { createCudaProbes } from '../../../src/collectors/gpu/probes.ts';
import type { CudaProbes } from '../../../src/collectors/gpu/probes.ts';
import { exec } from '../../../src/core/exec.ts';
import { waitFor } from '../../node/poll.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';
import { isAlive } from '../../support/processes.ts';

let folder: string;
let host: TestHost;
let probes: CudaProbes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-probes-'));
  host = createTestHost({ exec });
});

afterEach(() => {
  probes.close();
  rmSync(folder, { recursive: true });
});

function create(command: readonly string[], more: Record<string, string> = {}): CudaProbes {
  const probe = { name: 'torch', program: 'worker-gpu', command, ...more };
  probes = createCudaProbes(host, createNotes(host.log), gpuConfigSchema.parse({ probes: [probe] }).probes);
  return probes;
}

const values = (): unknown[] => probes.samples().map(({ labels, value }) => [labels, value]);
const labels = { probe: 'torch', program: 'worker-gpu' };

test.each([
  ['ends with 0', 'exit 0', 1],
  ['prints True', 'echo True', 1],
  ['prints False', 'echo loading; echo False', 0],
  ['ends with 1', 'exit 1', 0],
])('a command that %s', async (_what, script, expected) => {
  create(['sh', '-c', script]).start();
  expect(await waitFor('an answer', () => values().length > 0 && values())).toEqual([[labels, expected]]);
});

test.each<[string, string[], Record<string, string>?]>([
  ['is not there', ['/nonexistent/python3']],
  ['is not found by a shell', ['sh', '-c', 'exit 127']],
  ['dies of a signal', ['sh', '-c', 'kill -SEGV $$']],
  ['takes too long', ['sleep', '60'], { timeout: '200ms' }],
])('a command that %s says nothing, and one line why', async (_what, command, more = {}) => {
  create(command, more).start();
  await waitFor('the line', () => host.lines.length > 0);
  expect(values()).toEqual([]);
  expect(host.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    expect.stringMatching(/^warn probe torch gave no answer: /),
  ]);
});

test('a command that takes too long goes with all its descendants', async () => {
  const script = `sleep 61 & echo $! > ${folder}/pid; wait`;
  create(['sh', '-c', script], { timeout: '2s' }).start();
  const pid = Number(await waitFor('its child', () => readFileSync(`${folder}/pid`, 'utf8')));
  expect(isAlive(pid)).toBe(true);
  await waitFor('the end of its child', () => !isAlive(pid));
  expect(values()).toEqual([]);
});

test('runs at its interval, never twice at once, and an answer grows old', async () => {
  create(['sh', '-c', `echo x >> ${folder}/runs`], { interval: '10m', timeout: '60s' }).start();
  probes.start();
  await waitFor('an answer', () => values().length > 0);
  const runs = (): number => readFileSync(`${folder}/runs`, 'utf8').length / 2;
  host.clock.nowMs += 9 * 60_000;
  probes.start();
  expect([runs(), values()]).toEqual([1, [[labels, 1]]]);
  host.clock.nowMs += 60_000;
  await waitFor('the second run', () => {
    probes.start();
    return runs() === 2;
  });
  await waitFor('its answer', () => values().length > 0);
  host.clock.nowMs += 31 * 60_000 + 1;
  expect(values()).toEqual([]);
});

test('two probes of one name are refused', () => {
  const probe = { name: 'torch', program: 'x', command: ['true'] };
  expect(gpuConfigSchema.safeParse({ probes: [probe, probe] }).success).toBe(false);
  expect(gpuConfigSchema.safeParse({ command: [] }).success).toBe(false);
  expect(gpuConfigSchema.safeParse({ expected_count: -1 }).success).toBe(false);
});
