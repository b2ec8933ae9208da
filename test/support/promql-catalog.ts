/** What an expression may read: the metrics of the catalog with their labels and values, and the recording rules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { catalog } from '../../src/catalog.ts';
import { items } from '../../src/checklist/items.ts';
import type { MetricDefinition } from '../../src/core/contract.ts';
import { logClasses } from '../../src/sources/log-classes/types.ts';
import type { Matcher, Selector } from './promql.ts';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Of both files. */
export function readRules(): Rule[] {
  return ['gpunode.rules.yml', 'gpunode.alerts.yml'].flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, '../../rules', file), 'utf8');
    return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
  });
}

/** Checks that are named already and come with the collectors that they need. */
const checksToCome = ['worker_mode', 'activities_succeed'];
const up: MetricDefinition = { name: 'up', type: 'gauge', help: '', labels: [] };

/** Every series by its name; `up` is Prometheus' own. */
export const seriesDefinitions: ReadonlyMap<string, MetricDefinition> = new Map(
  [up, ...catalog().flatMap(({ metrics }) => metrics)].flatMap((definition) => seriesOf(definition)),
);

/** The series of a family by name: a histogram has three. */
function seriesOf(definition: MetricDefinition): [string, MetricDefinition][] {
  const { name, type, labels } = definition;
  if (type !== 'histogram') return [[name, definition]];
  const counter = { ...definition, type: 'counter' } as const;
  return [
    [`${name}_sum`, counter],
    [`${name}_count`, counter],
    [`${name}_bucket`, { ...counter, labels: [...labels, 'le'] }],
  ];
}

/** Matchers of labels that the metric does not have, or of values that they never have. */
export function wrongMatchers({ metric, matchers }: Selector): string[] {
  const definition = seriesDefinitions.get(metric);
  const labels = ['job', 'instance', ...(definition?.labels ?? ['program', 'target', 'timeout'])];
  return matchers.flatMap((matcher) => {
    if (!labels.includes(matcher.label)) return [`${metric} has no label ${matcher.label}`];
    const values = definition?.values?.[matcher.label] ?? openValues(metric, matcher.label);
    return matched(matcher)
      .filter((value) => values?.includes(value) === false)
      .map((value) => `${metric}: ${matcher.label} is never ${value}`);
  });
}

/** The values that a matcher can match. */
function matched({ operator, value }: Matcher): readonly string[] {
  return operator.endsWith('~') ? value.split('|') : [value];
}

/** Values of labels whose set is not closed, so that the catalog does not have it. */
function openValues(metric: string, label: string): readonly string[] | undefined {
  if (metric.startsWith('gpunode_log_') && label === 'class') return logClasses;
  if (metric === 'gpunode_check_status' && label === 'check')
    return [...items.map(({ check }) => check), ...checksToCome];
  return undefined;
}
