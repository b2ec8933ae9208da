/** The dashboards as they ship. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardSchema } from './schema.ts';
import type { DashboardJson, PanelJson, TargetJson } from './schema.ts';

const folder = join(import.meta.dirname, '../../dashboards');

export const dashboardNames = ['gpunode-checklist', 'gpunode-fleet'] as const;

export function readDashboard(name: string): DashboardJson {
  return dashboardSchema.parse(JSON.parse(dashboardText(name)));
}

export function dashboardText(name: string): string {
  return readFileSync(join(folder, `${name}.json`), 'utf8');
}

/** All but the headers of rows. */
export function panelsOf(dashboard: DashboardJson): PanelJson[] {
  return dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : [panel]));
}

export interface PanelTarget {
  readonly panel: PanelJson;
  readonly target: TargetJson;
  /** For messages: `TITLE of the panel, A`. */
  readonly name: string;
}

export function targetsOf(dashboard: DashboardJson): PanelTarget[] {
  return panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map((target) => ({ panel, target, name: `${panel.title}, ${target.refId}` })),
  );
}

/** Whatever is asked of Prometheus, outside of panels too. */
export function expressionsOf(dashboard: DashboardJson): { readonly name: string; readonly expr: string }[] {
  return [
    ...targetsOf(dashboard).map(({ name, target }) => ({ name, expr: target.expr })),
    ...dashboard.annotations.list.map(({ name, expr }) => ({ name: `annotation ${name}`, expr })),
  ];
}

/** Values of the variables of a dashboard, as Grafana would put them into an expression. */
export interface Choice {
  readonly job?: string;
  readonly instance?: string;
  readonly program?: string;
  /** Shown time in seconds. */
  readonly rangeSeconds?: number;
}

export function expand(expr: string, choice: Choice = {}): string {
  const { job = '.+', instance = '.+', program = '.+', rangeSeconds = 21_600 } = choice;
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$job', job)
    .replaceAll('$instance', instance)
    .replaceAll('$program', program);
}
