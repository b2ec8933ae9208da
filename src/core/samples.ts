import type { HistogramValue, MetricDefinition, Sample } from './contract.ts';

/** One sample; `labels` must be exactly the definition's. */
export function sample(
  metric: MetricDefinition,
  labels: Readonly<Record<string, string>>,
  value: number | boolean | HistogramValue,
): Sample {
  return { metric, labels, value: typeof value === 'boolean' ? Number(value) : value };
}

/** A state set: one sample for each value of `label` that the definition allows, 1 for `current` and 0 for the others. */
export function stateSet(
  metric: MetricDefinition,
  label: string,
  labels: Readonly<Record<string, string>>,
  current: string | undefined,
): Sample[] {
  return (metric.values?.[label] ?? []).map((value) =>
    sample(metric, { ...labels, [label]: value }, value === current),
  );
}
