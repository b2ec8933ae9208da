/** What a reader would see of a panel: its queries answered by a real Prometheus, its numbers as the panel's words. */
import { z } from 'zod';
import { expand, targetsOf } from './files.ts';
import type { Choice, PanelTarget } from './files.ts';
import type { DashboardJson, PanelJson, TargetJson, ValueMappingJson } from './schema.ts';

/** The newest value of a series; of a table, a cell. */
export interface Shown {
  readonly panel: string;
  readonly kind: PanelJson['type'];
  /** Name of the column, or of the tile. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Absent where the number stands for itself. */
  readonly word?: string | undefined;
  readonly color?: string | undefined;
}

/** All that is shown of a dashboard now, and the queries that have no answer: `PANEL, A`. */
export interface Look {
  readonly shown: readonly Shown[];
  readonly empty: readonly string[];
}

/** Throws where Prometheus refuses a query. */
export async function lookAt(url: string, dashboard: DashboardJson, choice: Choice): Promise<Look> {
  const shown: Shown[] = [];
  const empty: string[] = [];
  const answers = await Promise.all(
    targetsOf(dashboard).map(async (each) => ({ each, series: await ask(url, each.target, each.name, choice) })),
  );
  for (const { each, series } of answers) {
    const current = series.flatMap(({ labels, newest }) => (newest === undefined ? [] : [{ labels, value: newest }]));
    if (current.length === 0) empty.push(each.name);
    for (const { labels, value } of current) shown.push(show(each, labels, value));
  }
  return { shown, empty };
}

/** Of each annotation how many moments it marks in the last seconds. */
export async function marksOf(url: string, dashboard: DashboardJson, choice: Choice): Promise<Map<string, number>> {
  const marks = dashboard.annotations.list.map(async ({ name, expr, useValueForTime }) => {
    const series = await ask(url, { expr, instant: false }, name, choice);
    const active = series.flatMap(({ points }) => points.filter(([, value]) => value > 0));
    return [name, new Set(active.map(([time, value]) => (useValueForTime ? value : time))).size] as const;
  });
  return new Map(await Promise.all(marks));
}

const pointSchema = z.tuple([z.number(), z.string().transform(Number)]);
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: pointSchema.optional(),
        values: z.array(pointSchema).default([]),
      }),
    ),
  }),
});

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [timeSeconds: number, value: number])[];
  /** Absent if it does not reach to the present. */
  readonly newest: number | undefined;
}

type Question = Pick<TargetJson, 'expr' | 'instant'>;

async function ask(url: string, { expr, instant }: Question, name: string, choice: Choice): Promise<Series[]> {
  const now = Date.now() / 1_000;
  const query = encodeURIComponent(expand(expr, choice));
  const path = instant
    ? `query?time=${now}&query=${query}`
    : `query_range?start=${now - 30}&end=${now}&step=1&query=${query}`;
  const answer: unknown = await (await fetch(`${url}/api/v1/${path}`)).json();
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return parsed.data.data.result.map(({ metric, value, values }) => {
    const points = value ? [value] : values;
    return { labels: metric, points, newest: points.findLast(([time]) => Math.abs(time - now) < 0.5)?.[1] };
  });
}

function show({ panel, target }: PanelTarget, labels: Series['labels'], value: number): Shown {
  const name = panel.type === 'table' ? columnOf(panel, target) : target.legendFormat;
  const word = wordFor(mappingsOf(panel, name, target.refId), value);
  return { panel: panel.title, kind: panel.type, name, labels, value, ...word };
}

/** The name that the column of a query's values has; empty where they are not shown. */
function columnOf(panel: PanelJson, target: TargetJson): string {
  const field = panel.targets.length === 1 ? 'Value' : `Value #${target.refId}`;
  return columnNames(panel)[field] ?? '';
}

/** Names of a table's columns by label, and by value. */
export function columnNames({ transformations = [] }: PanelJson): Readonly<Record<string, string>> {
  const organize = transformations.find(({ id }) => id === 'organize');
  return z.record(z.string(), z.string()).parse(organize?.options['renameByName'] ?? {});
}

function mappingsOf({ fieldConfig }: PanelJson, column: string, refId: string): ValueMappingJson[] {
  const override = fieldConfig.overrides.find(
    ({ matcher }) => matcher.options === (matcher.id === 'byName' ? column : refId),
  );
  const own = override?.properties.find(({ id }) => id === 'mappings')?.value;
  return (own as ValueMappingJson[] | undefined) ?? fieldConfig.defaults.mappings;
}

function wordFor(mappings: readonly ValueMappingJson[], value: number): Pick<Shown, 'word' | 'color'> {
  for (const mapping of mappings) {
    const found = mapping.type === 'value' ? mapping.options[String(value)] : wordOfRange(mapping, value);
    if (found) return { word: found.text, color: found.color };
  }
  return {};
}

function wordOfRange(mapping: ValueMappingJson, value: number) {
  if (mapping.type === 'special') return Number.isNaN(value) ? mapping.options.result : undefined;
  if (mapping.type !== 'range') return undefined;
  const { from, to, result } = mapping.options;
  return value >= (from ?? -Infinity) && value <= (to ?? Infinity) ? result : undefined;
}
