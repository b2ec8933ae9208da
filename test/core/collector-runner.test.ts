import { afterEach, describe, expect, it, vi } from 'vitest';
import { startCollector } from '../../src/core/collector-runner.ts';
import type { CollectorRunner } from '../../src/core/collector-runner.ts';
import type { Collector, MetricDefinition, Outcome } from '../../src/core/contract.ts';
import { renderSamples } from '../../src/core/render.ts';
import { sample } from '../../src/core/samples.ts';
import { openNoState } from '../../src/core/state.ts';
import type { StateStore } from '../../src/core/state.ts';
import { systemClock } from '../../src/host.ts';
import { createTestHost } from '../support/host.ts';
import type { LogLine } from '../support/host.ts';

const starts: MetricDefinition = {
  name: 'gpunode_test_starts_total',
  type: 'counter',
  help: 'Starts.',
  labels: ['program'],
  values: { program: ['llama'] },
};
const counted = (value: number, program = 'llama'): Outcome => ({
  ok: true,
  samples: [sample(starts, { program }, value)],
  facts: undefined,
  health: [],
  saved: { data: value, changed: 'counters' },
});

let runner: CollectorRunner | undefined;
afterEach(async () => {
  await runner?.stop(1_000);
});

function start(collector: Collector, state: StateStore = openNoState(systemClock)): LogLine[] {
  const { log, lines } = createTestHost();
  runner = startCollector('test', collector, { interval: 10, timeout: 1_000 }, { clock: systemClock, log, state });
  return lines;
}

const shown = async (): Promise<string[]> =>
  (await renderSamples(runner?.samples() ?? [])).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('a collector at work', () => {
  it('has failure counters from the start and no success before its first round', async () => {
    start({ collect: () => new Promise<Outcome>(() => undefined) });
    expect(await shown()).toEqual(
      ['timeout', 'unavailable', 'invalid', 'denied', 'error'].map(
        (reason) => `gpunode_collector_failures_total{collector="test",reason="${reason}"} 0`,
      ),
    );
    expect(runner?.hasOutcome()).toBe(false);
  });

  it('shows a counter only after it was saved', async () => {
    const { promise: written, resolve } = Promise.withResolvers<void>();
    const save = vi.fn<StateStore['save']>(() => written);
    start({ collect: () => Promise.resolve(counted(3)) }, { ...openNoState(systemClock), save });
    await vi.waitUntil(() => save.mock.calls.length > 0);
    expect(await shown()).not.toContain('gpunode_test_starts_total{program="llama"} 3');
    resolve();
    await vi.waitUntil(async () => (await shown()).includes('gpunode_test_starts_total{program="llama"} 3'));
    expect(save).toHaveBeenCalledWith('test', { data: 3, changed: 'counters' }, []);
  });

  it('knows since when it has failed, until it recovers', async () => {
    let fails = true;
    start({
      collect: () =>
        Promise.resolve(fails ? { ok: false, reason: 'denied', error: 'not allowed', health: [] } : counted(1)),
    });
    expect(runner?.state()).toEqual({ name: 'test' });
    const since = await vi.waitUntil(() => runner?.state().failingSinceMs);
    await vi.waitUntil(() => (runner?.state().lookedMs ?? 0) > since);
    expect(runner?.state().failingSinceMs).toBe(since);
    fails = false;
    await vi.waitUntil(() => runner?.state().failingSinceMs === undefined);
    expect(runner?.state().lookedMs).toBeGreaterThan(since);
  });

  it('logs the first failure, not its repetitions, and the recovery', async () => {
    let round = 0;
    const collect = (): Promise<Outcome> => {
      round += 1;
      return Promise.resolve(
        round <= 5 ? { ok: false, reason: 'unavailable', error: `gone for ${round} s`, health: [] } : counted(1),
      );
    };
    const lines = start({ collect });
    await vi.waitUntil(() => round > 8);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn collector failed',
      'info collector recovered',
    ]);
    expect(lines[0]?.fields).toEqual({ collector: 'test', reason: 'unavailable', error: 'gone for 1 s' });
    expect(await shown()).toContain('gpunode_collector_failures_total{collector="test",reason="unavailable"} 5');
  });

  it('refuses a sample that is wrong and keeps the others', async () => {
    const outcome = counted(1);
    const both = {
      ...outcome,
      samples: [...(outcome.ok ? outcome.samples : []), sample(starts, { program: 'other' }, 1)],
    };
    const lines = start({ collect: () => Promise.resolve(both as Outcome) });
    await vi.waitUntil(() => runner?.hasOutcome());
    expect((await shown()).filter((line) => line.startsWith('gpunode_test'))).toEqual([
      'gpunode_test_starts_total{program="llama"} 1',
    ]);
    expect(lines[0]).toMatchObject({
      level: 'error',
      fields: { problem: 'gpunode_test_starts_total: label program may not be "other"' },
    });
  });
});
