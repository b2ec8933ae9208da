import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { seconds } from '../support/promql.ts';

const folder = join(import.meta.dirname, '../../rules');
const ruleSchema = z.strictObject({
  alert: z.string().regex(/^GpuNode([A-Z][a-z]+)+$/),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({
    // The same for all alerts of a group: nothing to fill in.
    summary: z.string().regex(/^[^{}]+\.$/),
    description: z.string(),
    runbook_url: z.string(),
    dashboard_url: z.string(),
  }),
});
// Groups have nothing that Prometheus 2.42 does not know.
const fileSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(ruleSchema) })),
});

const text = readFileSync(join(folder, 'gpunode.alerts.yml'), 'utf8');
const alerts = fileSchema.parse(parse(text)).groups.flatMap(({ rules }) => rules);
const withoutInstance = ['GpuNodeExporterAbsent', 'GpuNodeWatchdog'];
// Its page cannot be served by what is down.
const withoutOwnPage = [...withoutInstance, 'GpuNodeExporterDown'];

describe('gpunode.alerts.yml', () => {
  it('passes the check and the linter of Prometheus', () => {
    const files = ['gpunode.rules.yml', 'gpunode.alerts.yml'].map((file) => join(folder, file));
    expect(() => execFileSync('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...files])).not.toThrow();
  });

  it('is a site’s own after the three scripts of its head', () => {
    const scripts = [...text.matchAll(/^# {3}(s#\S+#) {2,}/gm)].map(([, script = '']) => script);
    expect(scripts.length).toBe(3);
    const own = execFileSync(
      'sed',
      scripts.flatMap((script) => ['-e', script]),
      { input: text, encoding: 'utf8' },
    );
    const links = fileSchema
      .parse(parse(own))
      .groups.flatMap(({ rules }) => rules.flatMap(({ annotations }) => Object.values(annotations)));
    expect(links.filter((link) => /example\.com|http:\/\/\{\{/.test(link))).toEqual([]);
    expect(links.filter((link) => link.includes('https://{{ $labels.instance }}')).length).toBeGreaterThan(
      alerts.length - 4,
    );
  });

  it('names every alert once', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it('keeps a page firing for five minutes: the silence of an exporter is not recovery', () => {
    const brief = alerts.filter(
      ({ labels, keep_firing_for: kept = '' }) => labels.severity === 'critical' && seconds(kept) < 300,
    );
    expect(brief.map(({ alert }) => alert)).toEqual(['GpuNodeExporterDown', 'GpuNodeExporterAbsent']);
  });

  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s says what to do first, and links its pages',
    (_, rule) => {
      const { description, runbook_url: runbook, dashboard_url: dashboard } = rule.annotations;
      const hasInstance = !withoutInstance.includes(rule.alert);
      expect(description).toMatch(rule.alert === 'GpuNodeWatchdog' ? /Route it to/ : /First[:,]/);
      expect(description.includes('{{ $labels.instance }}')).toBe(hasInstance);
      const base = withoutOwnPage.includes(rule.alert)
        ? 'https://runbooks.example.com'
        : 'http://{{ $labels.instance }}';
      expect(runbook).toBe(`${base}/runbooks/${rule.alert}`);
      expect(dashboard).toMatch(/^https:\/\/grafana\.example\.com\/d\/gpunode-(fleet|checklist)/);
      expect(dashboard.includes('?var-job={{ $labels.job }}&var-instance={{ $labels.instance }}')).toBe(hasInstance);
      expect(dashboard.includes('&var-program={{ $labels.program }}')).toBe(
        description.includes('{{ $labels.program }}'),
      );
    },
  );
});
