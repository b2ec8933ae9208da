import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableCellHeight,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { NoUnit } from '@grafana/grafana-foundation-sdk/units';
import { describe, instantQuery, link, refId } from '../panel.ts';
import type { About, PlacedPanel } from '../panel.ts';

interface ColumnLook {
  readonly name: string;
  /** Where a click leads, and its title; `${__data.fields.LABEL}` is the row's label. */
  readonly link?: readonly [title: string, url: string];
  readonly width?: number;
  /** Words and colours for every value: they fill the cell. */
  readonly states?: ValueMapping[];
  /** Words for what is not a number, in their colour. */
  readonly words?: ValueMapping[];
}

export type Column = ColumnLook &
  (
    | { readonly label: string }
    | {
        /** Its series have no labels but those of the table's columns, and the job. */
        readonly expr: string;
        readonly unit?: string;
        /** A bar from 0 to 1. */
        readonly isShare?: true;
        /** Only its labels are wanted. */
        readonly isHidden?: true;
      }
  );

export interface TableSpec extends About {
  readonly columns: readonly Column[];
  readonly sortBy: string;
  readonly sortDescending?: true;
}

/** What is now, a line for each combination of labels. */
export function table(spec: TableSpec): PlacedPanel {
  const { columns, sortBy, sortDescending = false } = spec;
  const queried = columns.filter((column) => 'expr' in column);
  const panel = describe(new PanelBuilder(), spec)
    .unit(NoUnit)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .cellHeight(TableCellHeight.Sm)
    .showHeader(true)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(sortDescending)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: organize(columns, queried) });
  for (const [index, { expr }] of queried.entries()) panel.withTarget(instantQuery({ expr, legend: '' }, index, true));
  for (const column of columns) panel.overrideByName(column.name, lookOf(column));
  return { panel, width: spec.width, height: spec.height };
}

type Queried = Extract<Column, { readonly expr: string }>;

function organize(columns: readonly Column[], queried: readonly Queried[]): object {
  // Grafana calls the values of a table's only query `Value`, of several `Value #A` and so on.
  const field = (column: Column): string => {
    if ('label' in column) return column.label;
    return queried.length === 1 ? 'Value' : `Value #${refId(queried.indexOf(column))}`;
  };
  const shown = columns.filter((column) => !('isHidden' in column));
  const hidden = columns.filter((column) => 'isHidden' in column).map(field);
  const labels = columns.flatMap((column) => ('label' in column ? [column.label] : []));
  const unwanted = ['Time', '__name__', 'job', ...hidden].filter((name) => !labels.includes(name));
  return {
    excludeByName: Object.fromEntries(unwanted.map((name) => [name, true])),
    indexByName: Object.fromEntries(shown.map((column, index) => [field(column), index])),
    renameByName: Object.fromEntries(shown.map((column) => [field(column), column.name])),
  };
}

function lookOf(column: Column): { id: string; value: unknown }[] {
  const { states, words, width, link: target } = column;
  const unit = 'unit' in column ? column.unit : undefined;
  return [
    // What is empty in a line, not in the whole table.
    { id: 'noValue', value: '–' },
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(states === undefined
      ? []
      : [
          { id: 'mappings', value: states },
          { id: 'custom.cellOptions', value: filled },
        ]),
    ...(words === undefined
      ? []
      : [
          { id: 'mappings', value: words },
          { id: 'custom.cellOptions', value: coloured },
        ]),
    ...('isShare' in column
      ? [
          { id: 'max', value: 1 },
          { id: 'min', value: 0 },
          { id: 'custom.cellOptions', value: bar },
        ]
      : []),
    ...(target === undefined ? [] : [{ id: 'links', value: [link(...target).build()] }]),
  ];
}

const filled = { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic };
const coloured = { type: TableCellDisplayMode.ColorText };
const bar = { type: TableCellDisplayMode.Gauge, mode: 'basic', valueDisplayMode: 'text' };
