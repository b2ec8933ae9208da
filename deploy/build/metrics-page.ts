import { catalog } from '../../src/catalog.ts';
import type { MetricDefinition } from '../../src/core/contract.ts';

/** METRICS.md, from the catalog. */
export function metricsPage(): string {
  const sections = catalog().map(({ owner, metrics }) => [`## ${owner}`, '', ...metrics.map(describe), ''].join('\n'));
  return `# Metrics

Generated from the catalog by \`npm run generate\`; do not edit.

Text format 0.0.4, base units. A value that was not measured is absent, never 0. Counters and enumerated labels exist from
the start. No label holds a pid, the name of a rotated file or the text of an error.

${sections.join('\n')}`;
}

function describe(metric: MetricDefinition): string {
  const labels = metric.labels.map((label) => {
    const values = metric.values?.[label];
    return values === undefined ? `\`${label}\`` : `\`${label}\` (${values.join(', ')})`;
  });
  const lines = [`### ${metric.name}`, '', `${metric.type}. ${metric.help}`];
  if (labels.length > 0) lines.push('', `Labels: ${labels.join('; ')}.`);
  if (metric.buckets) lines.push('', `Buckets: ${metric.buckets.join(' ')}.`);
  return `${lines.join('\n')}\n`;
}
