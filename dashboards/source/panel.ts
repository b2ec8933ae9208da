/** What all panels have in common: where they lie, what they say of themselves, and what they ask Prometheus. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DashboardLink, GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** A panel's place in its row: of 24 columns, and lines of 30 pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface About extends Size {
  readonly title: string;
  /** What it looks like when all is well. */
  readonly green: string;
  /** What to make of it when not, and where to go. */
  readonly otherwise: string;
  /** Alerts whose runbooks ask what it answers. */
  readonly runbooks: readonly string[];
  /** Collectors without which it has nothing to show; none for what the exporter says of itself. */
  readonly collectors: readonly string[];
  /** What silence means, where it is not that the exporter or a collector is silent. */
  readonly silence?: string;
  /** Why it may be empty although all is well; it never is otherwise. */
  readonly emptyWhen?: string;
}

export interface Query {
  readonly expr: string;
  /** Name of its series, with `{{label}}`. */
  readonly legend: string;
}

export interface PlacedPanel extends Size {
  readonly panel: AnyPanel;
}

/** The methods that the builders of all kinds of panels share. */
export interface AnyPanel extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: { type: string; uid: string }): this;
  noValue(text: string): this;
  withTarget(target: Builder<Dataquery>): this;
}

/** Whatever Prometheus is chosen: nothing else needs to be when the dashboard is imported. */
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** Title, description and what it says instead of "No data". */
export function describe<P extends AnyPanel>(panel: P, about: About): P {
  const { title, green, otherwise, runbooks, collectors, emptyWhen } = about;
  const ofCollectors = collectors.length === 0 ? '' : `, or its collector ${collectors.join(' or ')}`;
  const silent = `NO DATA: ${about.silence ?? `the exporter is silent${ofCollectors}`}`;
  return panel
    .title(title)
    .datasource(datasource)
    .description(`**Green:** ${green}\n\n**Otherwise:** ${otherwise}\n\n**Runbooks:** ${runbooks.join(', ')}.`)
    .noValue(emptyWhen === undefined ? silent : `${emptyWhen}; or ${silent}`);
}

/** What there is now. `asTable`: labels become columns. */
export function instantQuery(query: Query, index: number, asTable = false): DataqueryBuilder {
  return toQuery(query, index)
    .instant()
    .format(asTable ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}

/** What there was over the shown range. */
export function rangeQuery(query: Query, index: number): DataqueryBuilder {
  return toQuery(query, index).range().format(PromQueryFormat.TimeSeries);
}

export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** Links from a series to the runbooks, which the exporter of its node serves. */
export function runbookLinks(runbooks: readonly string[]): Builder<DashboardLink>[] {
  return runbooks.map((name) => link(`Runbook ${name}`, `http://\${__field.labels.instance}/runbooks/${name}`));
}

export function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url).targetBlank(true);
}

function toQuery({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).datasource(datasource).expr(expr).legendFormat(legend);
}
