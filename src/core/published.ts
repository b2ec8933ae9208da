import type { FailedOutcome, OkOutcome, Outcome, Sample } from './contract.ts';
import { seriesKey } from './validate.ts';

/** What the world may see of one collector: its newest outcome, and of older ones what is still true. */
export interface Published {
  accept(outcome: Outcome): void;
  /** At most one sample a series. */
  samples(): Sample[];
}

/**
 * Gauges of a failed collector stay for `maxAgeMs` after they were taken, or vanish at once if the failure says that they
 * are wrong. Counters, once shown, never vanish. A failure's health takes the place of the health before it.
 */
export function createPublished(maxAgeMs: number, nowMs: () => number): Published {
  let lastOk: { outcome: OkOutcome; atMs: number } | undefined;
  let newest: Outcome | undefined;
  let counters = new Map<string, Sample>();

  return {
    accept(outcome): void {
      newest = outcome;
      if (outcome.ok) {
        lastOk = { outcome, atMs: nowMs() };
        // A subject that a good round no longer has is gone for good, and its counters with it.
        counters = countersOf([...outcome.samples, ...outcome.health]);
      } else {
        for (const [key, counter] of countersOf(outcome.health)) counters.set(key, counter);
      }
    },
    samples(): Sample[] {
      if (newest === undefined) return [];
      const gauges = newest.ok ? newest.samples : staleGauges(newest);
      const series = new Map(counters);
      for (const sample of [...gauges, ...newest.health]) {
        if (sample.metric.type === 'gauge') series.set(seriesKey(sample), sample);
      }
      return [...series.values()];
    },
  };

  function staleGauges(failed: FailedOutcome): readonly Sample[] {
    const fresh = lastOk !== undefined && nowMs() - lastOk.atMs <= maxAgeMs;
    return lastOk !== undefined && fresh && !failed.withdraw ? lastOk.outcome.samples : [];
  }
}

function countersOf(samples: readonly Sample[]): Map<string, Sample> {
  return new Map(samples.filter(({ metric }) => metric.type !== 'gauge').map((sample) => [seriesKey(sample), sample]));
}
