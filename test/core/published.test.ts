import { describe, expect, it } from 'vitest';
import type { FailedOutcome, MetricDefinition, OkOutcome, Sample } from '../../src/core/contract.ts';
import { createPublished } from '../../src/core/published.ts';
import { sample } from '../../src/core/samples.ts';

const gauge: MetricDefinition = { name: 'gpunode_test_gauge', type: 'gauge', help: 'h', labels: ['p'] };
const counter: MetricDefinition = { name: 'gpunode_test_total', type: 'counter', help: 'h', labels: ['p'] };
const up: MetricDefinition = { name: 'gpunode_test_up', type: 'gauge', help: 'h', labels: [] };

const ok = (samples: Sample[], health: Sample[] = []): OkOutcome => ({ ok: true, samples, health, facts: 'known' });
const failed = (extra: Partial<FailedOutcome> = {}): FailedOutcome => ({
  ok: false,
  reason: 'unavailable',
  error: 'gone',
  health: [],
  ...extra,
});

function setUp() {
  const clock = { ms: 0 };
  const published = createPublished(17_000, () => clock.ms);
  const shown = (): string[] =>
    published
      .samples()
      .map(({ metric, labels, value }) => `${metric.name}{${labels['p'] ?? ''}} ${JSON.stringify(value)}`)
      .toSorted();
  return { clock, published, shown };
}

describe('what is published of a collector', () => {
  it('shows nothing before the first outcome', () => {
    expect(setUp().shown()).toEqual([]);
  });

  it('keeps the last good gauges for their freshness and no longer', () => {
    const { clock, published, shown } = setUp();
    published.accept(ok([sample(gauge, { p: 'a' }, 7)]));
    clock.ms = 17_000;
    published.accept(failed());
    expect(shown()).toEqual(['gpunode_test_gauge{a} 7']);
    clock.ms = 17_001;
    expect(shown()).toEqual([]);
  });

  it('withdraws gauges at once when the failure says that they are wrong', () => {
    const { published, shown } = setUp();
    published.accept(ok([sample(gauge, { p: 'a' }, 7)], [sample(up, {}, 1)]));
    published.accept(failed({ withdraw: true, health: [sample(up, {}, 0)] }));
    expect(shown()).toEqual(['gpunode_test_up{} 0']);
  });

  it('never lets a counter vanish, and lets a failing round move it on', () => {
    const { clock, published, shown } = setUp();
    published.accept(ok([sample(counter, { p: 'a' }, 3), sample(counter, { p: 'b' }, 1)]));
    clock.ms = 3_600_000;
    published.accept(failed({ withdraw: true, health: [sample(counter, { p: 'a' }, 4)] }));
    expect(shown()).toEqual(['gpunode_test_total{a} 4', 'gpunode_test_total{b} 1']);
  });

  it('forgets a subject that a good round no longer has', () => {
    const { published, shown } = setUp();
    published.accept(ok([sample(counter, { p: 'a' }, 3), sample(gauge, { p: 'a' }, 1)]));
    published.accept(ok([sample(counter, { p: 'b' }, 0)]));
    expect(shown()).toEqual(['gpunode_test_total{b} 0']);
  });

  it('does not show the health of an earlier round as that of a round without any', () => {
    const { published, shown } = setUp();
    published.accept(ok([], [sample(up, {}, 1)]));
    published.accept(failed({ reason: 'timeout' }));
    expect(shown()).toEqual([]);
  });
});
