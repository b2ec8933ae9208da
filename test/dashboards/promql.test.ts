/** Every expression of the dashboards, by Prometheus' grammar and against the catalog. */
import { describe, expect, it } from 'vitest';
import { readRules, seriesDefinitions, wrongMatchers } from '../support/promql-catalog.ts';
import { readPromql } from '../support/promql.ts';
import type { Selector } from '../support/promql.ts';
import { dashboardNames, expand, expressionsOf, readDashboard } from './files.ts';

const records = new Set(readRules().flatMap(({ record }) => (record === undefined ? [] : [record])));
/** Prometheus' own series of alerts, whose labels are those of the alert. */
const alerts = 'ALERTS';
const labelsOfAlerts = ['alertname', 'alertstate', 'severity'];

const expressions = dashboardNames.flatMap((name) =>
  expressionsOf(readDashboard(name)).map((each) => ({ of: `${name}: ${each.name}`, expr: each.expr })),
);
const selectors = expressions.flatMap(({ of, expr }) =>
  readPromql(expand(expr)).selectors.map((selector) => ({ of, selector })),
);

/** Without those that a variable of the dashboard fills in. */
function ownMatchers(selector: Selector): Selector {
  return { ...selector, matchers: selector.matchers.filter(({ value }) => value !== '.+') };
}

describe('the expressions of dashboards', () => {
  it('read metrics and records that exist', () => {
    const unknown = selectors.filter(
      ({ selector: { metric } }) => !seriesDefinitions.has(metric) && !records.has(metric) && metric !== alerts,
    );
    expect(unknown.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('match labels that these metrics have, and values that these labels can have', () => {
    const ofMetrics = selectors.filter(({ selector }) => selector.metric !== alerts);
    const wrong = ofMetrics.flatMap(({ of, selector }) => [
      ...wrongMatchers(ownMatchers(selector)).map((each) => `${of}: ${each}`),
      ...selector.matchers
        .filter(({ label, value }) => value === '.+' && !hasLabel(selector.metric, label))
        .map(({ label }) => `${of}: ${selector.metric} has no label ${label}`),
    ]);
    expect(wrong).toEqual([]);
  });

  it('group by labels that exist', () => {
    const labels = ['job', 'instance', ...[...seriesDefinitions.values()].flatMap((each) => each.labels)];
    const wrong = expressions.flatMap(({ of, expr }) => {
      const known = new Set([...labels, ...labelsOfAlerts, ...madeLabels(expr)]);
      return readPromql(expand(expr))
        .grouping.filter((label) => !known.has(label))
        .map((label) => `${of}: ${label}`);
    });
    expect(wrong).toEqual([]);
  });

  it('take counters for what they are', () => {
    const wrong = selectors.filter(({ selector }) => {
      const type = seriesDefinitions.get(selector.metric)?.type;
      if (type === 'counter')
        return !selector.isDelta && !['rate', 'increase', 'min_over_time'].includes(selector.in ?? '');
      return ['rate', 'increase'].includes(selector.in ?? '');
    });
    expect(wrong.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('follow the choice of job and instance, but for the proof that alerting works', () => {
    const loose = selectors.filter(
      ({ selector: { matchers } }) =>
        !['job', 'instance'].every((label) => matchers.some((each) => each.label === label && each.value === '.+')),
    );
    expect(new Set(loose.map(({ of, selector }) => `${of}: ${selector.metric}`))).toEqual(
      new Set(['gpunode-checklist: Alerts, A: ALERTS']),
    );
  });
});

function hasLabel(metric: string, label: string): boolean {
  const labels = seriesDefinitions.get(metric)?.labels ?? ['program', 'timeout'];
  return ['job', 'instance', ...labels].includes(label);
}

/** Labels that label_replace and label_join put there. */
function madeLabels(expr: string): string[] {
  return [...expr.matchAll(/, "(\w+)", "/g)].map(([, label = '']) => label);
}
