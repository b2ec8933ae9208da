import type { HistogramValue } from '../../core/contract.ts';

export interface Histogram {
  observe(value: number): void;
  value(): HistogramValue;
}

/** Counts observations into cumulative buckets; `bounds` are ascending upper bounds, included. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const buckets = bounds.map(() => 0);
  let sum = 0;
  let count = 0;
  return {
    observe(value) {
      sum += value;
      count += 1;
      for (const [index, bound] of bounds.entries()) if (value <= bound) buckets[index] = (buckets[index] ?? 0) + 1;
    },
    value: () => ({ buckets: [...buckets], sum, count }),
  };
}
