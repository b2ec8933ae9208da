/** Puts rows of panels together to a dashboard. What the SDK leaves out and Grafana needs is set here. */
import { DashboardBuilder, DashboardCursorSync, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panel.ts';
import type { PlacedPanel } from './panel.ts';

export interface Row {
  readonly title: string;
  /** From left to right, and on the next line where there is no room. */
  readonly panels: readonly PlacedPanel[];
}

export interface DashboardSpec {
  /** What links refer to. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Shown range at first, back from now: `6h`. */
  readonly range: string;
  readonly rows: readonly Row[];
}

const columns = 24;

export function layOut({ uid, title, description, range, rows }: DashboardSpec): DashboardBuilder {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['gpunode'])
    .readonly()
    .refresh('30s')
    .time({ from: `now-${range}`, to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .version(1);
  let id = 0;
  let y = 0;
  for (const row of rows) {
    const header = new RowBuilder(row.title).id((id += 1)).datasource(datasource);
    dashboard.withRow(header.gridPos({ x: 0, y, w: columns, h: 1 }));
    y += 1;
    for (const line of linesOf(row.panels)) {
      let x = 0;
      for (const { panel, width, height } of line) {
        dashboard.withPanel(panel.id((id += 1)).gridPos({ x, y, w: width, h: height }));
        x += width;
      }
      y += Math.max(...line.map(({ height }) => height));
    }
  }
  return dashboard;
}

/** The text of a dashboard's file. The SDK puts links and annotations into a closed menu, unasked: they stay where a reader sees them. */
export function serialize(dashboard: Dashboard): string {
  const isUnasked = (key: string, value: unknown): boolean => key === 'placement' && value === 'inControlsMenu';
  return `${JSON.stringify(dashboard, (key, value: unknown) => (isUnasked(key, value) ? undefined : value), 2)}\n`;
}

function linesOf(panels: readonly PlacedPanel[]): PlacedPanel[][] {
  const lines: PlacedPanel[][] = [];
  let room = 0;
  for (const panel of panels) {
    if (panel.width > room) {
      lines.push([]);
      room = columns;
    }
    lines.at(-1)?.push(panel);
    room -= panel.width;
  }
  return lines;
}
