/**
 * What Grafana accepts as a classic dashboard (schemaVersion 42), as far as these dashboards use it: strict, so that what is
 * misspelt, or belongs to an export or to another schema, is refused. After
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
import { z } from 'zod';

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });
const columns = 24;
const gridPos = z
  .strictObject({
    x: z.int().min(0),
    y: z.int().min(0),
    w: z.int().min(1).max(columns),
    h: z.int().min(1),
  })
  .refine(({ x, w }) => x + w <= columns, `wider than ${columns} columns`);

const word = z.strictObject({ text: z.string().min(1), color: z.string().min(1), index: z.int().optional() });
const mapping = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('value'), options: z.record(z.string(), word) }),
  z.strictObject({
    type: z.literal('range'),
    options: z.strictObject({ from: z.number().nullable(), to: z.number().nullable(), result: word.partial() }),
  }),
  z.strictObject({ type: z.literal('special'), options: z.strictObject({ match: z.string(), result: word }) }),
]);
const link = z.looseObject({ title: z.string().min(1), url: z.string().min(1) });
const defaults = z.strictObject({
  unit: z.string(),
  noValue: z.string(),
  min: z.number().optional(),
  mappings: z.array(mapping).default([]),
  color: z.looseObject({ mode: z.string() }).optional(),
  links: z.array(link).default([]),
  custom: z.looseObject({}).optional(),
});
const override = z.strictObject({
  matcher: z.strictObject({ id: z.enum(['byName', 'byFrameRefID']), options: z.string() }),
  properties: z.array(z.strictObject({ id: z.string(), value: z.unknown() })).min(1),
});

const target = z
  .strictObject({
    datasource,
    refId: z.string().regex(/^[A-Z]$/),
    expr: z.string().min(1),
    legendFormat: z.string(),
    format: z.enum(['time_series', 'table', 'heatmap']),
    instant: z.boolean(),
    range: z.boolean(),
  })
  .refine(({ instant, range }) => instant !== range, 'either instant or range');
const panel = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['stat', 'table', 'timeseries', 'state-timeline', 'heatmap']),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource,
  gridPos,
  transparent: z.literal(false),
  repeatDirection: z.literal('h'),
  fieldConfig: z.strictObject({ defaults, overrides: z.array(override) }),
  options: z.looseObject({}),
  transformations: z
    .array(z.strictObject({ id: z.enum(['merge', 'organize']), options: z.looseObject({}) }))
    .optional(),
  targets: z.array(target).min(1),
});
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  datasource,
  gridPos,
  collapsed: z.literal(false),
  panels: z.tuple([]),
});

const variable = z.looseObject({
  type: z.enum(['datasource', 'query']),
  name: z.string(),
  label: z.string(),
  datasource: datasource.optional(),
  query: z.union([z.literal('prometheus'), z.strictObject({ query: z.string(), refId: z.string() })]),
  multi: z.boolean(),
  includeAll: z.boolean(),
  allValue: z.string().optional(),
  refresh: z.int().optional(),
});
const annotation = z.strictObject({
  name: z.string(),
  datasource,
  enable: z.literal(true),
  hide: z.boolean(),
  builtIn: z.literal(0),
  iconColor: z.string(),
  expr: z.string(),
  step: z.string(),
  titleFormat: z.string(),
  textFormat: z.string(),
  tagKeys: z.string(),
  useValueForTime: z.boolean(),
});

export const dashboardSchema = z.strictObject({
  uid: z
    .string()
    .regex(/^[\w-]+$/)
    .max(40),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()),
  schemaVersion: z.literal(42),
  version: z.literal(1),
  editable: z.literal(false),
  refresh: z.literal('30s'),
  time: z.strictObject({ from: z.string(), to: z.literal('now') }),
  timezone: z.literal('browser'),
  graphTooltip: z.literal(1),
  fiscalYearStartMonth: z.literal(0),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({ list: z.array(annotation) }),
  links: z.array(link).optional(),
  panels: z.array(z.discriminatedUnion('type', [row, panel])).min(1),
});

export type DashboardJson = z.output<typeof dashboardSchema>;
export type PanelJson = z.output<typeof panel>;
export type TargetJson = z.output<typeof target>;
export type ValueMappingJson = z.output<typeof mapping>;
