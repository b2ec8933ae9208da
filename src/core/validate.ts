import type { HistogramValue, MetricDefinition, Sample } from './contract.ts';

/** What is wrong with a sample, or undefined: prom-client checks little of this (a missing label is dropped silently). */
export function invalidSample({ metric, labels, value }: Sample): string | undefined {
  const problem = labelProblem(metric, labels) ?? valueProblem(metric, value);
  return problem === undefined ? undefined : `${metric.name}: ${problem}`;
}

function labelProblem(metric: MetricDefinition, labels: Sample['labels']): string | undefined {
  for (const name of metric.labels) {
    const value: unknown = labels[name];
    if (typeof value !== 'string') return `label ${name} is missing`;
    const allowed = metric.values?.[name];
    if (allowed && !allowed.includes(value)) return `label ${name} may not be ${JSON.stringify(value.slice(0, 80))}`;
  }
  const unknown = Object.keys(labels).find((name) => !metric.labels.includes(name));
  return unknown === undefined ? undefined : `label ${unknown} is not declared`;
}

function valueProblem(metric: MetricDefinition, value: Sample['value']): string | undefined {
  if (typeof value !== 'number') return histogramProblem(metric, value);
  if (metric.type === 'histogram') return 'a histogram needs buckets, sum and count';
  if (!Number.isFinite(value)) return `${value} is not a reading`;
  return metric.type === 'counter' && value < 0 ? 'a counter cannot be negative' : undefined;
}

function histogramProblem(metric: MetricDefinition, value: HistogramValue): string | undefined {
  if (metric.type !== 'histogram') return `a ${metric.type} needs one number`;
  if (value.buckets.length !== metric.buckets?.length) return 'the number of buckets differs from the definition';
  const counts = [...value.buckets, value.count];
  const ascending = counts.every((count, index) => count >= (counts[index - 1] ?? 0));
  return ascending && Number.isFinite(value.sum) ? undefined : 'bucket counts must be cumulative';
}

/** Identity of a series. */
export function seriesKey({ metric, labels }: Pick<Sample, 'metric' | 'labels'>): string {
  return `${metric.name}${JSON.stringify(metric.labels.map((name) => labels[name]))}`;
}
