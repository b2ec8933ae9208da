/**
 * The rules of https://github.com/grafana/dashboard-linter, each told anew in a line or two. It is a Go program that an engineer
 * can run himself; its own configuration, dashboards/.lint, holds the exceptions, and is read by both.
 */
import * as units from '@grafana/grafana-foundation-sdk/units';
import { readPromql } from '../support/promql.ts';
import type { Selector } from '../support/promql.ts';
import { expand, panelsOf, targetsOf } from './files.ts';
import type { PanelTarget } from './files.ts';
import type { DashboardJson } from './schema.ts';

export interface Finding {
  readonly rule: string;
  readonly dashboard: string;
  /** Absent where it is about the whole dashboard. */
  readonly panel?: string;
  readonly what: string;
}

/** What a rule has to say of a dashboard. */
type Rule = (dashboard: DashboardJson) => readonly Pick<Finding, 'panel' | 'what'>[];

const panelKinds = ['stat', 'table', 'timeseries', 'gauge'];
const validUnits: readonly string[] = Object.values(units).filter((unit) => typeof unit === 'string');

export const lintRules: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': ({ templating }) => {
    const sources = templating.list.filter(({ type }) => type === 'datasource');
    const isRight = sources.length === 1 && sources[0]?.name === 'datasource' && sources[0].label === 'Data source';
    return isRight ? [] : [{ what: 'has no variable "datasource" labelled "Data source"' }];
  },
  'template-job-rule': (dashboard) => wrongTemplate(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => wrongTemplate(dashboard, 'instance', 'Instance'),
  'template-label-promql-rule': ({ templating }) =>
    queryVariables(templating.list)
      .filter(({ query }) => !parses(/^label_values\((.+), \w+\)$/.exec(query)?.[1] ?? '('))
      .map(({ name }) => ({ what: `the query of $${name} is not PromQL` })),
  'template-on-time-change-reload-rule': ({ templating }) =>
    templating.list
      .filter(({ type, refresh }) => type === 'query' && refresh !== 2)
      .map(({ name }) => ({ what: `$${name} is not refreshed when the time range changes` })),
  'panel-datasource-rule': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ datasource }) => datasource.uid !== '${datasource}')
      .map(({ title }) => ({ panel: title, what: 'has a fixed data source' })),
  'panel-title-description-rule': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ type, title, description }) => panelKinds.includes(type) && (title === '' || description === ''))
      .map(({ title }) => ({ panel: title, what: 'has no title or description' })),
  'panel-units-rule': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ type, fieldConfig }) => panelKinds.includes(type) && !validUnits.includes(fieldConfig.defaults.unit))
      .map(({ title, fieldConfig }) => ({ panel: title, what: `has the unit ${fieldConfig.defaults.unit}` })),
  'panel-no-targets-rule': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ targets }) => targets.length === 0)
      .map(({ title }) => ({ panel: title, what: 'asks nothing' })),
  // All expressions are of Prometheus: what the two rules for Loki are about must not be there at all.
  'target-logql-rule': (dashboard) => eachTarget(dashboard, ({ expr }) => /\|=|\|~|\| *json/.test(expr), 'is LogQL'),
  'target-logql-auto-rule': (dashboard) => eachTarget(dashboard, ({ expr }) => expr.includes('$__auto'), 'is LogQL'),
  'target-promql-rule': (dashboard) => eachTarget(dashboard, ({ expr }) => !parses(expr), 'is not PromQL'),
  'target-rate-interval-rule': (dashboard) =>
    eachTarget(
      dashboard,
      ({ expr }) => /\b(?:rate|irate)\([^[]*\[(?!\$__rate_interval\])/.test(expr),
      'has a rate over another range than $__rate_interval',
    ),
  'target-job-rule': (dashboard) => eachSelector(dashboard, (each) => !follows(each, 'job'), 'does not match job'),
  'target-instance-rule': (dashboard) =>
    eachSelector(dashboard, (each) => !follows(each, 'instance'), 'does not match instance'),
  'target-counter-agg-rule': (dashboard) =>
    eachSelector(
      dashboard,
      (each) => each.metric.endsWith('_total') && !['rate', 'irate', 'increase'].includes(each.in ?? ''),
      'is a counter outside of rate, irate and increase',
    ),
  'uneditable-dashboard-rule': ({ editable }) => (editable ? [{ what: 'is editable' }] : []),
};

export function lint(dashboard: DashboardJson): Finding[] {
  return Object.entries(lintRules).flatMap(([rule, check]) =>
    check(dashboard).map((finding) => ({ rule, dashboard: dashboard.title, ...finding })),
  );
}

function wrongTemplate({ templating }: DashboardJson, name: string, label: string): { what: string }[] {
  const variable = templating.list.find((each) => each.name === name);
  const isRight =
    variable?.type === 'query' &&
    variable.label === label &&
    variable.multi &&
    variable.allValue === '.+' &&
    variable.datasource?.uid === '${datasource}';
  return isRight ? [] : [{ what: `$${name} is missing, or not a query for several values with .+ for all` }];
}

function queryVariables(list: DashboardJson['templating']['list']): { name: string; query: string }[] {
  return list.flatMap(({ name, query }) => (typeof query === 'string' ? [] : [{ name, query: query.query }]));
}

type PanelFinding = Pick<Finding, 'panel' | 'what'>;

function eachTarget(
  dashboard: DashboardJson,
  isWrong: (target: PanelTarget['target']) => boolean,
  what: string,
): PanelFinding[] {
  return targetsOf(dashboard)
    .filter(({ target }) => isWrong(target))
    .map(({ panel, target }) => ({ panel: panel.title, what: `${target.refId} ${what}` }));
}

function eachSelector(
  dashboard: DashboardJson,
  isWrong: (selector: Selector) => boolean,
  what: string,
): PanelFinding[] {
  return targetsOf(dashboard).flatMap(({ panel, target }) =>
    readPromql(expand(target.expr))
      .selectors.filter((selector) => isWrong(selector))
      .map(({ metric }) => ({ panel: panel.title, what: `${metric} of ${target.refId} ${what}` })),
  );
}

function follows({ matchers }: Selector, label: string): boolean {
  return matchers.some((each) => each.label === label && each.operator === '=~' && each.value === '.+');
}

function parses(expr: string): boolean {
  try {
    readPromql(expand(expr));
    return true;
  } catch {
    return false;
  }
}
