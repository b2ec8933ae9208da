import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dashboardNames, panelsOf, readDashboard } from './files.ts';
import { lint, lintRules } from './linter.ts';
import type { Finding } from './linter.ts';
import type { DashboardJson } from './schema.ts';

/** https://github.com/grafana/dashboard-linter#exclusions-and-warnings */
const configurationSchema = z.strictObject({
  exclusions: z.record(
    z.string(),
    z.strictObject({
      reason: z.string().min(20),
      entries: z.array(z.strictObject({ dashboard: z.string(), panel: z.string() })).min(1),
    }),
  ),
});
const { exclusions } = configurationSchema.parse(
  parse(readFileSync(join(import.meta.dirname, '../../dashboards/.lint'), 'utf8')),
);
const dashboards = dashboardNames.map((name) => readDashboard(name));
const findings = dashboards.flatMap((dashboard) => lint(dashboard));

describe('the rules of the dashboard linter', () => {
  it('are seventeen', () => {
    expect(Object.keys(lintRules)).toHaveLength(17);
  });

  it('are kept, but for exceptions with a reason', () => {
    expect(findings.filter((finding) => !isExcluded(finding))).toEqual([]);
  });

  it('have no exception that is not needed', () => {
    const entries = Object.entries(exclusions).flatMap(([rule, { entries }]) =>
      entries.map((entry) => ({ rule, ...entry })),
    );
    const unneeded = entries.filter(
      ({ rule, dashboard, panel }) =>
        !findings.some((each) => each.rule === rule && each.dashboard === dashboard && each.panel === panel),
    );
    expect(unneeded).toEqual([]);
  });
});

/** What breaks each rule; all are broken one after the other. */
const breakages: Readonly<Record<string, (dashboard: DashboardJson) => void>> = {
  'template-datasource-rule': ({ templating }) => void templating.list.shift(),
  'template-job-rule': ({ templating }) => Object.assign(templating.list[1] ?? {}, { multi: false }),
  'template-instance-rule': ({ templating }) => Object.assign(templating.list[2] ?? {}, { allValue: '.*' }),
  'template-label-promql-rule': ({ templating }) =>
    Object.assign(templating.list[1] ?? {}, { query: { query: 'label_values(up{, job)', refId: 'A' } }),
  'template-on-time-change-reload-rule': ({ templating }) => Object.assign(templating.list[1] ?? {}, { refresh: 1 }),
  'panel-datasource-rule': (dashboard) => Object.assign(firstPanel(dashboard), { datasource: { uid: 'abc' } }),
  'panel-title-description-rule': (dashboard) => Object.assign(firstPanel(dashboard), { description: '' }),
  'panel-units-rule': (dashboard) => Object.assign(firstPanel(dashboard).fieldConfig.defaults, { unit: 'furlongs' }),
  'panel-no-targets-rule': (dashboard) => Object.assign(firstPanel(dashboard), { targets: [] }),
  'target-logql-rule': (dashboard) => ask(dashboard, '{job="x"} |= "error"'),
  'target-logql-auto-rule': (dashboard) => ask(dashboard, 'rate(x[$__auto])'),
  'target-promql-rule': (dashboard) => ask(dashboard, 'sum(up'),
  'target-rate-interval-rule': (dashboard) => ask(dashboard, 'rate(x{job=~"$job",instance=~"$instance"}[5m])'),
  'target-job-rule': (dashboard) => ask(dashboard, 'up{instance=~"$instance"}'),
  'target-instance-rule': (dashboard) => ask(dashboard, 'up{job=~"$job"}'),
  'target-counter-agg-rule': (dashboard) => ask(dashboard, 'x_total{job=~"$job",instance=~"$instance"}'),
  'uneditable-dashboard-rule': (dashboard) => Object.assign(dashboard, { editable: true }),
};

it.each(Object.keys(lintRules))('%s finds what breaks it', (rule) => {
  const dashboard = readDashboard('gpunode-fleet');
  breakages[rule]?.(dashboard);
  expect(lintRules[rule]?.(dashboard).length).toBeGreaterThan(0);
});

function isExcluded({ rule, dashboard, panel }: Finding): boolean {
  return exclusions[rule]?.entries.some((entry) => entry.dashboard === dashboard && entry.panel === panel) ?? false;
}

function firstPanel(dashboard: DashboardJson) {
  const [panel] = panelsOf(dashboard);
  if (!panel) throw new Error('no panel');
  return panel;
}

function ask(dashboard: DashboardJson, expr: string): void {
  Object.assign(firstPanel(dashboard).targets[0] ?? {}, { expr });
}
