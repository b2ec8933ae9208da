import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Collector, Outcome } from '../../src/core/contract.ts';
import { SourceError } from '../../src/core/contract.ts';
import { runCollector } from '../../src/core/scheduler.ts';
import type { Round, RunningCollector } from '../../src/core/scheduler.ts';
import { systemClock } from '../../src/host.ts';

const fine: Outcome = { ok: true, samples: [], facts: undefined, health: [] };
let running: RunningCollector | undefined;

afterEach(async () => {
  await running?.stop(1_000);
  running = undefined;
});

function run(collector: Collector, timing = { interval: 20, timeout: 50 }): Round[] {
  const rounds: Round[] = [];
  running = runCollector(collector, timing, systemClock, (round) => {
    rounds.push(round);
    return Promise.resolve();
  });
  return rounds;
}

const reasonsOf = (rounds: readonly Round[]): string[] =>
  rounds.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.reason));

describe('scheduling', () => {
  it('runs round after round', async () => {
    const rounds = run({ collect: () => Promise.resolve(fine) });
    await vi.waitUntil(() => rounds.length >= 3);
    expect(new Set(reasonsOf(rounds))).toEqual(new Set(['ok']));
  });

  it('turns a thrown SourceError into a failure with its reason', async () => {
    const rounds = run({ collect: () => Promise.reject(new SourceError('denied', 'no')) });
    await vi.waitUntil(() => rounds.length >= 1);
    expect(rounds[0]?.outcome).toMatchObject({ ok: false, reason: 'denied', error: 'no' });
  });

  it('never runs two rounds at once, and drops the result of a late one', async () => {
    let active = 0;
    let most = 0;
    let release: () => void = () => undefined;
    const collect = async (): Promise<Outcome> => {
      active += 1;
      most = Math.max(most, active);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      active -= 1;
      return fine;
    };
    const rounds = run({ collect });
    await vi.waitUntil(() => rounds.length >= 3, { timeout: 5_000 });
    expect(reasonsOf(rounds)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(most).toBe(1);
    release();
    await vi.waitUntil(() => active === 1, { timeout: 5_000 });
    expect(reasonsOf(rounds)).not.toContain('ok');
    release();
  });

  it('hands on with the next round what a late one counted', async () => {
    const event = { id: 'a', atMs: 1, kind: 'start', subject: 'llama' };
    const release = Promise.withResolvers<void>();
    let asked = 0;
    const collect = async (): Promise<Outcome> => {
      asked += 1;
      if (asked > 1) return { ...fine, saved: { data: { starts: 1 }, changed: 'none' } };
      await release.promise;
      return { ...fine, saved: { data: { starts: 1 }, changed: 'counters' }, events: [event] };
    };
    const rounds = run({ collect });
    await vi.waitUntil(() => rounds.length >= 2);
    release.resolve();
    await vi.waitUntil(() => reasonsOf(rounds).filter((reason) => reason === 'ok').length >= 2);
    const [first, second] = rounds.map(({ outcome }) => outcome).filter(({ ok }) => ok);
    expect(first).toMatchObject({ saved: { data: { starts: 1 }, changed: 'counters' }, events: [event] });
    expect(second).toEqual({ ...fine, saved: { data: { starts: 1 }, changed: 'none' } });
  });

  it('lets a collector that obeys its signal fail in its own words', async () => {
    const collect = (signal: AbortSignal): Promise<Outcome> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ ok: false, reason: 'timeout', error: 'mine', health: [] }));
      });
    const rounds = run({ collect });
    await vi.waitUntil(() => rounds.length >= 1);
    expect(rounds[0]?.outcome).toMatchObject({ error: 'mine' });
  });

  it('looks again sooner when an outcome asks for it', async () => {
    const rounds = run(
      { collect: () => Promise.resolve({ ...fine, nextInMs: 5 }) },
      { interval: 3_600_000, timeout: 50 },
    );
    await vi.waitUntil(() => rounds.length >= 3);
  });

  it('stops in time though a round hangs, and closes a collector that does not', async () => {
    run({ collect: () => new Promise<Outcome>(() => undefined) });
    const started = performance.now();
    await running?.stop(100);
    expect(performance.now() - started).toBeLessThan(1_000);

    const close = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const rounds = run({ collect: () => Promise.resolve(fine), close });
    await vi.waitUntil(() => rounds.length >= 1);
    await running?.stop(1_000);
    expect(close).toHaveBeenCalledTimes(1);
  });
});
