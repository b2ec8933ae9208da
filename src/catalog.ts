import { checklistMetrics } from './checklist/metrics.ts';
import { collectors } from './collectors/index.ts';
import type { MetricDefinition } from './core/contract.ts';
import { selfMetrics } from './core/self-metrics.ts';

export interface CatalogSection {
  /** `exporter`, `checklist`, or the name of the collector. */
  readonly owner: string;
  readonly metrics: readonly MetricDefinition[];
}

/** Every metric family that the exporter can show. METRICS.md, rules, dashboards and tests are held against it. */
export function catalog(): readonly CatalogSection[] {
  return [
    { owner: 'exporter', metrics: Object.values(selfMetrics) },
    ...collectors.map(({ name, metrics }) => ({ owner: name, metrics: Object.values(metrics) })),
    { owner: 'checklist', metrics: Object.values(checklistMetrics) },
  ];
}
