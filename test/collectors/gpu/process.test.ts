/** The collector and a real process in place of nvidia-smi. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/contract.ts';
import { exec } from '../../../src/core/exec.ts';
import { installFakeNvidiaSmi } from '../../node/fake-nvidia-smi/install.ts';
import type { FakeNvidiaSmi } from '../../node/fake-nvidia-smi/install.ts';
import type { FakeSetup } from '../../node/fake-nvidia-smi/setup.ts';
import { waitFor } from '../../node/poll.ts';
import { isAlive } from '../../support/processes.ts';
import { createRig, lines } from './gpu-rig.ts';
import type { Rig } from './gpu-rig.ts';

let folder: string;
let fake: FakeNvidiaSmi;
let rig: Rig;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-process-'));
  fake = installFakeNvidiaSmi(join(folder, 'bin'), join(folder, 'fake'));
  rig = createRig({ exec, config: { command: [join(folder, 'bin/nvidia-smi')], timeout: '2s' }, realTime: true });
});

afterEach(async () => {
  fake.release();
  for (const { pid } of fake.starts()) kill(pid);
  await waitFor('the end of all of them', () => fake.starts().every(({ pid }) => !isAlive(pid)));
  rmSync(folder, { recursive: true });
});

const stuckSeconds = (outcome: Outcome): number => Number(lines(outcome, 'gpu_query_stuck')[0]?.split(' ')[1]);

describe('one that does not end', () => {
  it.each(['ignore-sigterm', 'unkillable'] as const)('%s: never a second beside it', async (mode) => {
    fake.set({ mode });
    expect(await rig.collect()).toMatchObject({ ok: false, reason: 'timeout' });
    fake.set({ mode: 'ok' });
    let last = 0;
    for (let round = 0; round < 20; round += 1) {
      const outcome = await rig.collect();
      expect(outcome).toMatchObject({ ok: false, reason: 'timeout' });
      expect(lines(outcome, 'gpu_query_exit_code')).toEqual([]);
      expect(stuckSeconds(outcome)).toBeGreaterThan(last);
      last = stuckSeconds(outcome);
    }
    expect(fake.starts()).toHaveLength(1);
  });

  it('all is well by itself when it is gone', async () => {
    fake.set({ mode: 'unkillable' });
    await rig.collect();
    fake.set({ mode: 'ok' });
    // As useless as it is in the hands of a driver that hangs.
    kill(fake.starts()[0]?.pid ?? 0);
    expect(stuckSeconds(await rig.collect())).toBeGreaterThan(0);
    fake.release();
    const outcome = await waitFor('an answer', async () => {
      const next = await rig.collect();
      return next.ok && next;
    });
    expect(lines(outcome, 'gpu_query', 'gpus_visible')).toEqual([
      'gpu_query_exit_code 0',
      'gpu_query_stuck_seconds 0',
      'gpus_visible 1',
    ]);
  });

  it('in the process query alone: the cards are known, and that it is stuck', async () => {
    fake.set({ mode: 'ignore-sigterm', only: '--query-compute-apps' });
    const outcome = await rig.collect();
    expect(outcome.ok).toBe(true);
    expect(lines(outcome, 'gpus_visible', 'gpu_query_exit', 'gpu_program')).toEqual(['gpus_visible 1']);
    expect(stuckSeconds(outcome)).toBeGreaterThan(1);
    expect((await rig.collect()).ok).toBe(false);
    expect(fake.starts()).toHaveLength(2);
  });

  it('in time, but on SIGTERM: not stuck, and asked again', async () => {
    fake.set({ mode: 'hang' });
    const outcome = await rig.collect();
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout' });
    expect(lines(outcome, 'gpu_query')).toEqual(['gpu_query_stuck_seconds 0']);
    fake.set({ mode: 'slow', delayMs: 100 });
    expect((await rig.collect()).ok).toBe(true);
  });
});

describe('one that answers', () => {
  beforeEach(() => {
    rig = createRig({ exec, config: { command: [join(folder, 'bin/nvidia-smi')] }, realTime: true });
  });

  it('and leaves a child behind that holds its output', async () => {
    fake.set({ mode: 'orphan-child' });
    const outcome = await rig.collect();
    expect([outcome.ok, lines(outcome, 'gpus_visible', 'gpu_query_stuck')]).toEqual([
      true,
      ['gpu_query_stuck_seconds 0', 'gpus_visible 1'],
    ]);
  });

  it.each<[string, Partial<FakeSetup>, string[]]>([
    ['no driver', { mode: 'no-driver' }, ['gpu_query_exit_code 9', 'gpus_visible 0']],
    ['a lost card', { mode: 'lost-card', lostAs: 'missing-row' }, ['gpu_query_exit_code 0', 'gpus_visible 0']],
    [
      '470: a lost card hides all',
      { recorded: '470.256.02-handle-lost' },
      ['gpu_query_exit_code 15', 'gpus_visible 2'],
    ],
    [
      '595: a lost card is left out',
      { recorded: '595.99.02-handle-lost' },
      ['gpu_query_exit_code 0', 'gpus_visible 2'],
    ],
  ])('%s', async (_what, setup, expected) => {
    fake.set(setup);
    const outcome = await rig.collect();
    expect([outcome.ok, lines(outcome, 'gpu_query_exit', 'gpus_visible')]).toEqual([true, expected]);
  });

  it.each<[string, Partial<FakeSetup>, string, number]>([
    ['garbage', { mode: 'garbage' }, 'invalid', 0],
    ['half a row', { mode: 'half-row' }, 'invalid', 0],
    ['an exit code that says nothing', { mode: 'exit', exitCode: 77 }, 'error', 77],
    ['no permission', { recorded: '550.163.01-init-insufficient-permissions' }, 'denied', 4],
    ['driver and library differ', { recorded: '550.163.01-init-version-mismatch' }, 'unavailable', 18],
  ])('%s fails', async (_what, setup, reason, exitCode) => {
    fake.set(setup);
    const outcome = await rig.collect();
    expect(outcome).toMatchObject({ ok: false, reason });
    expect(lines(outcome, 'gpu_query_exit')).toEqual([`gpu_query_exit_code ${exitCode}`]);
  });

  it('is not there, or may not be started', async () => {
    const missing = await createRig({ exec, config: { command: [join(folder, 'none')] }, realTime: true }).collect();
    expect(lines(missing, 'gpu_query_exit', 'gpus_visible')).toEqual(['gpu_query_exit_code 127', 'gpus_visible 0']);
    const denied = await createRig({
      exec,
      config: { command: [join(folder, 'fake/setup.json')] },
      realTime: true,
    }).collect();
    expect(denied).toMatchObject({ ok: false, reason: 'denied' });
    expect(lines(denied, 'gpu_query_exit')).toEqual(['gpu_query_exit_code 126']);
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
