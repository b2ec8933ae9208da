import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalog } from '../../src/catalog.ts';
import { items } from '../../src/checklist/items.ts';
import type { MetricDefinition } from '../../src/core/contract.ts';
import { logClasses } from '../../src/sources/log-classes/types.ts';
import { readPromql, templateQueries } from '../support/promql.ts';
import type { Matcher, Selector } from '../support/promql.ts';
import { healthyNode } from './healthy-node.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rules = ['gpunode.rules.yml', 'gpunode.alerts.yml'].flatMap((file) => {
  const text = readFileSync(join(import.meta.dirname, '../../rules', file), 'utf8');
  return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
});
const expressions = rules.flatMap(({ alert, record, expr, annotations = {} }) => [
  { of: alert ?? record ?? '', expr },
  ...Object.values(annotations).flatMap((text) =>
    templateQueries(text).map((query) => ({ of: `${alert}, text`, expr: query })),
  ),
]);
const selectors = expressions.flatMap(({ of, expr }) =>
  readPromql(expr).selectors.map((selector) => ({ of, selector })),
);

/** Checks that are named already and come with the collectors that they need. */
const checksToCome = ['worker_mode', 'activities_succeed'];
const up: MetricDefinition = { name: 'up', type: 'gauge', help: '', labels: [] };
const known = catalog().flatMap(({ metrics }) => metrics);
const definitions = new Map([up, ...known].flatMap((definition) => seriesOf(definition)));
const records: ReadonlySet<string> = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));

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

/** The values that a matcher can match; undefined where they cannot be listed. */
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

function wrongMatchers({ metric, matchers }: Selector): string[] {
  const definition = definitions.get(metric);
  const labels = ['job', 'instance', ...(definition?.labels ?? ['program', 'target', 'timeout'])];
  return matchers.flatMap((matcher) => {
    if (!labels.includes(matcher.label)) return [`${metric} has no label ${matcher.label}`];
    const values = definition?.values?.[matcher.label] ?? openValues(metric, matcher.label);
    return matched(matcher)
      .filter((value) => values?.includes(value) === false)
      .map((value) => `${metric}: ${matcher.label} is never ${value}`);
  });
}

describe('the expressions of rules and of their texts', () => {
  it('read metrics that exist', () => {
    const unknown = selectors.filter(({ selector: { metric } }) => !definitions.has(metric) && !records.has(metric));
    expect(unknown.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('match labels that these metrics have, and values that these labels can have', () => {
    expect(selectors.flatMap(({ of, selector }) => wrongMatchers(selector).map((wrong) => `${of}: ${wrong}`))).toEqual(
      [],
    );
  });

  it('group by labels that exist', () => {
    const labels = new Set(['job', 'instance', ...[...definitions.values()].flatMap((each) => each.labels)]);
    const wrong = expressions.flatMap(({ of, expr }) =>
      readPromql(expr)
        .grouping.filter((label) => !labels.has(label))
        .map((label) => `${of}: ${label}`),
    );
    expect(wrong).toEqual([]);
  });

  it('never take away the job or the instance', () => {
    expect(expressions.filter(({ expr }) => /\bby\s*\(|without\s*\([^)]*\b(job|instance)\b/.test(expr))).toEqual([]);
  });

  it('take counters for what they are', () => {
    const forCounters = ['rate', 'increase', 'resets', 'min_over_time'];
    const wrong = selectors.filter(({ selector }) => {
      const type = definitions.get(selector.metric)?.type;
      if (type === 'counter') return !selector.isDelta && !forCounters.includes(selector.in ?? '');
      return ['rate', 'increase', 'resets'].includes(selector.in ?? '');
    });
    expect(wrong.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('look at ranges of at least four scrapes', () => {
    const short = selectors.filter(({ selector: { rangeSeconds = 60 } }) => rangeSeconds < 4 * 15);
    expect(short.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('write ages and spans as minutes or hours, so that a reader sees them and a demo can divide them', () => {
    const stateCodes = [100, 200, 1000];
    const wrong = expressions.filter(({ expr }) => {
      const bare = expr.replace(/"[^"]*"|\[\w+\]|[a-z_:][\w:]*|\d+ \* (?:60|3600)\b/gi, '');
      return [...bare.matchAll(/\d+/g)].some(
        ([number]) => Number(number) >= 60 && !stateCodes.includes(Number(number)),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('ask for the absence only of what is pinned', () => {
    const absents = selectors.filter(({ selector }) => selector.in?.startsWith('absent') === true);
    expect(absents.length).toBeGreaterThan(0);
    const loose = absents.filter(
      ({ selector: { matchers } }) => matchers.length === 0 || matchers.some(({ operator }) => operator !== '='),
    );
    expect(loose).toEqual([]);
  });

  it('pin the job only where a target can be away', () => {
    const pinned = rules.filter(({ expr }) =>
      readPromql(expr).selectors.some(({ matchers }) => matchers.some(({ label }) => label === 'job')),
    );
    expect(pinned.map(({ alert }) => alert)).toEqual(['GpuNodeExporterDown', 'GpuNodeExporterAbsent']);
  });
});

describe('the healthy node of the stories', () => {
  it('has every metric that the rules read', () => {
    const there = new Set(Object.keys(healthyNode()).map((key) => key.replace(/\{.*/, '')));
    const read = rules.flatMap(({ expr }) => readPromql(expr).selectors.map(({ metric }) => metric));
    expect([...new Set(read)].filter((metric) => !there.has(metric) && !records.has(metric))).toEqual([]);
  });
});
