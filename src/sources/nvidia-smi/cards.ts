import { SourceError } from '../../core/contract.ts';
import { cellErrors, isUuid, readFlag, readNumber, readText } from './cells.ts';
import type { Cell, CellError } from './cells.ts';
import { parseTable } from './table.ts';
import type { Table } from './table.ts';

/** The numbers that are read of a card. */
export const readings = {
  memoryTotalBytes: { field: 'memory.total', unit: 'MiB', times: 1_048_576, over: 1, max: Infinity },
  memoryReservedBytes: { field: 'memory.reserved', unit: 'MiB', times: 1_048_576, over: 1, max: Infinity },
  memoryUsedBytes: { field: 'memory.used', unit: 'MiB', times: 1_048_576, over: 1, max: Infinity },
  memoryFreeBytes: { field: 'memory.free', unit: 'MiB', times: 1_048_576, over: 1, max: Infinity },
  utilizationRatio: { field: 'utilization.gpu', unit: '%', times: 1, over: 100, max: 1 },
  temperatureCelsius: { field: 'temperature.gpu', unit: 'C', times: 1, over: 1, max: 250 },
  powerWatts: { field: 'power.draw', unit: 'W', times: 1, over: 1, max: 100_000 },
  powerLimitWatts: { field: 'power.limit', unit: 'W', times: 1, over: 1, max: 100_000 },
  correctedVolatile: {
    field: 'ecc.errors.corrected.volatile.total',
    unit: undefined,
    times: 1,
    over: 1,
    max: Infinity,
  },
  correctedAggregate: {
    field: 'ecc.errors.corrected.aggregate.total',
    unit: undefined,
    times: 1,
    over: 1,
    max: Infinity,
  },
  uncorrectedVolatile: {
    field: 'ecc.errors.uncorrected.volatile.total',
    unit: undefined,
    times: 1,
    over: 1,
    max: Infinity,
  },
  uncorrectedAggregate: {
    field: 'ecc.errors.uncorrected.aggregate.total',
    unit: undefined,
    times: 1,
    over: 1,
    max: Infinity,
  },
} as const;
export type Reading = keyof typeof readings;
const readingNames = Object.keys(readings) as Reading[];

const flags = {
  pageRetirementPending: 'retired_pages.pending',
  rowRemapPending: 'remapped_rows.pending',
  persistenceMode: 'persistence_mode',
} as const;
export type Flag = keyof typeof flags;
const flagNames = Object.keys(flags) as Flag[];

/**
 * What is asked of every card; nvidia-smi 470 to 610 know all but `memory.reserved` (from 510) and
 * `remapped_rows.pending` (from 580). A name stands between two cells that cannot be mistaken, a uuid closes the row.
 */
export const cardFields: readonly string[] = [
  'count',
  'index',
  'pci.bus_id',
  'name',
  'driver_version',
  ...Object.values(readings).map(({ field }) => field),
  ...Object.values(flags),
  'uuid',
];

export interface Card {
  /** Undefined where even that cannot be read. */
  readonly uuid: string | undefined;
  readonly index: string | undefined;
  /** `00000000:9B:00.0` */
  readonly busId: string | undefined;
  readonly name: string | undefined;
  readonly driverVersion: string | undefined;
  readonly readings: Readonly<Partial<Record<Reading, number>>>;
  readonly flags: Readonly<Partial<Record<Flag, boolean>>>;
  /** Cells that hold an error instead of a reading. */
  readonly unreadable: Readonly<Record<CellError, number>>;
  /** False where cells say that the card is lost, wants a reset or fails for unknown reasons. */
  readonly readable: boolean;
}

export interface Cards {
  /** Cards that the driver has, also those that it printed no row for; undefined if it did not say. */
  readonly count: number | undefined;
  readonly cards: readonly Card[];
  /** Uuids in the plain list, where that is all that nvidia-smi still gives. */
  readonly listed: readonly string[];
}

/** Reads the answer to `--query-gpu`. Throws `SourceError` `invalid` rather than take anything for a number that is none. */
export function parseCards(text: string, requested: readonly string[] = cardFields): Cards {
  const table = parseTable(text, requested);
  const rows = table.rows.map((cells) => rowOf(table, cells));
  const counts = rows.flatMap((row) => row.number('count').value ?? []);
  const cards = rows.map(parseCard);
  refuseDoubles(cards);
  return { count: counts.length === 0 ? undefined : Math.max(...counts), cards, listed: [] };
}

interface Row {
  text(field: string): Cell<string>;
  number(field: string, unit?: string): Cell<number>;
  flag(field: string): Cell<boolean>;
}

function rowOf({ columns }: Table, cells: readonly string[]): Row {
  const at = (field: string): { text: string; unit: string | undefined } | undefined => {
    const index = columns.findIndex((column) => column.field === field);
    return index < 0 ? undefined : { text: cells[index] ?? '', unit: columns[index]?.unit };
  };
  return {
    text: (field) => readText(at(field)?.text ?? ''),
    flag: (field) => readFlag(at(field)?.text ?? ''),
    number(field, unit): Cell<number> {
      const cell = at(field);
      if (cell?.unit !== undefined && cell.unit !== unit) {
        throw new SourceError('invalid', `nvidia-smi prints ${field} in ${cell.unit}`);
      }
      return readNumber(cell?.text ?? '', unit);
    },
  };
}

function parseCard(row: Row): Card {
  const uuid = row.text('uuid');
  if (uuid.value !== undefined && !isUuid(uuid.value)) {
    throw new SourceError('invalid', 'nvidia-smi printed a row without the uuid of a card');
  }
  const unreadable: Record<CellError, number> = { ...noErrors };
  const keep = <T>({ value, error }: Cell<T>): T | undefined => {
    if (error !== undefined) unreadable[error] += 1;
    return value;
  };
  const ownUuid = keep(uuid);
  const numbers = readingNames.map((name) => [name, keep(readNumberOf(row, name))] as const);
  const marks = flagNames.map((name) => [name, keep(row.flag(flags[name]))] as const);
  const readable = unreadable.lost + unreadable.reset_required + unreadable.unknown_error === 0;
  return {
    uuid: ownUuid,
    index: row.text('index').value,
    busId: row.text('pci.bus_id').value,
    name: row.text('name').value,
    driverVersion: row.text('driver_version').value,
    readings: trustedReadings(present(numbers), readable),
    flags: present(marks.filter(([, value]) => readable || value)),
    unreadable,
    readable,
  };
}

const noErrors = Object.fromEntries(cellErrors.map((error) => [error, 0])) as Record<CellError, number>;

function readNumberOf(row: Row, name: Reading): Cell<number> {
  const { field, unit, times, over, max } = readings[name];
  const cell = row.number(field, unit);
  if (cell.value === undefined) return cell;
  const value = (cell.value * times) / over;
  return value >= (name === 'temperatureCelsius' ? -100 : 0) && value <= max ? { value } : { error: 'other' };
}

// A card that is lost or wants a reset may print zeros beside its error tokens: those are not readings, and if the used
// memory is none of them, neither is what would be free.
function trustedReadings(
  values: Partial<Record<Reading, number>>,
  readable: boolean,
): Partial<Record<Reading, number>> {
  const { memoryUsedBytes: used, memoryTotalBytes: total } = values;
  if (used !== undefined && total !== undefined && total > 0 && used > total) {
    throw new SourceError('invalid', 'nvidia-smi says that more memory is used than there is');
  }
  if (readable) return values;
  const memoryDoubtful = !used;
  return present(
    readingNames
      .filter((name) => values[name] !== 0)
      .filter((name) => !memoryDoubtful || (name !== 'memoryFreeBytes' && name !== 'memoryReservedBytes'))
      .map((name) => [name, values[name]] as const),
  );
}

function present<K extends string, V>(entries: readonly (readonly [K, V | undefined])[]): Partial<Record<K, V>> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<Record<K, V>>;
}

function refuseDoubles(cards: readonly Card[]): void {
  const uuids = cards.flatMap(({ uuid }) => uuid ?? []);
  if (new Set(uuids).size < uuids.length) throw new SourceError('invalid', 'nvidia-smi printed one card twice');
}
