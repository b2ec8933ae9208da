import { Registry } from 'prom-client';
import type { Metric, MetricObjectWithValues, MetricValue } from 'prom-client';
import type { HistogramValue, MetricDefinition, Sample } from './contract.ts';

/** The content type of what `renderSamples` returns: text format 0.0.4. */
export const expositionContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Renders samples with a fresh registry: nothing of an earlier scrape can be left in it, and two scrapes at once cannot
 * disturb each other. Values are ready, so prom-client is given objects with `get()` instead of metrics that are set.
 */
export async function renderSamples(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  for (const [metric, family] of byMetric(samples)) registry.registerMetric(readyMetric(metric, family));
  return registry.metrics();
}

function byMetric(samples: readonly Sample[]): Map<MetricDefinition, Sample[]> {
  const families = new Map<MetricDefinition, Sample[]>();
  for (const sample of samples) {
    const family = families.get(sample.metric);
    if (family) family.push(sample);
    else families.set(sample.metric, [sample]);
  }
  return families;
}

// The registry only ever reads `name` and calls `get()`; the class behind the type would bring its own bookkeeping.
function readyMetric(metric: MetricDefinition, family: readonly Sample[]): Metric {
  const values = family.flatMap((sample) =>
    typeof sample.value === 'number'
      ? [{ value: sample.value, labels: sample.labels }]
      : histogramValues(metric, sample.labels, sample.value),
  );
  const { name, help, type } = metric;
  const ready = { name, help, type, aggregator: 'sum', values } as unknown as MetricObjectWithValues<
    MetricValue<string>
  >;
  return { name, get: () => Promise.resolve(ready) } as unknown as Metric;
}

interface RenderedValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

function histogramValues(
  { name, buckets = [] }: MetricDefinition,
  labels: Sample['labels'],
  histogram: HistogramValue,
): RenderedValue[] {
  const bounds = [...buckets.map(String), '+Inf'];
  const counts = [...histogram.buckets, histogram.count];
  return [
    ...bounds.map((le, index) => ({
      value: counts[index] ?? 0,
      labels: { le, ...labels },
      metricName: `${name}_bucket`,
    })),
    { value: histogram.sum, labels, metricName: `${name}_sum` },
    { value: histogram.count, labels, metricName: `${name}_count` },
  ];
}
