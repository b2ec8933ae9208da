import { SourceError } from '../../core/contract.ts';

export interface Column {
  readonly field: string;
  /** As the header declares it; undefined without a header. */
  readonly unit: string | undefined;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

// `gpu_uuid` and its kin are other names of the same fields.
const aliases: Readonly<Record<string, string>> = { gpu_uuid: 'uuid', gpu_name: 'name', gpu_bus_id: 'pci.bus_id' };
// A whole uuid as the last cell proves that the last line was not cut off.
const wholeUuid = /[ ,](?:(?:GPU|MIG)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// Comes with exit code 14 beside good rows.
const warning = /^WARNING: .*(?:\n|$)/gm;
// A card's name is the only free text that is ever asked for; commas in it are taken for what they are.
const maxCommasInName = 3;

/**
 * Splits the CSV of `nvidia-smi --query-…`, which knows no quoting. Columns are those of the header, where there is one.
 * Throws `SourceError` `invalid` for a row with too few or too many cells and for output that ends in the middle of a row.
 */
export function parseTable(text: string, requested: readonly string[]): Table {
  const rows = text.replaceAll(warning, '');
  if (rows !== '' && !rows.endsWith('\n') && !wholeUuid.test(rows)) {
    throw new SourceError('invalid', 'the output of nvidia-smi ends in the middle of a line');
  }
  const lines = linesOf(rows);
  const header = parseHeader(lines[0] ?? '', requested);
  const columns = header ?? requested.map((field) => ({ field: canonical(field), unit: undefined }));
  return { columns, rows: lines.slice(header ? 1 : 0).map((line) => splitRow(line, columns)) };
}

/** True if the text begins with a header of these fields, whatever follows. */
export function hasHeader(text: string, requested: readonly string[]): boolean {
  return parseHeader(linesOf(text.replaceAll(warning, ''))[0] ?? '', requested) !== undefined;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function parseHeader(line: string, requested: readonly string[]): Column[] | undefined {
  const columns: Column[] = [];
  for (const cell of line.split(',')) {
    const match = /^([a-z][\w.]*)(?: \[([^\]]+)\])?$/i.exec(cell.trim());
    if (match?.[1] === undefined) return undefined;
    columns.push({ field: canonical(match[1]), unit: match[2] });
  }
  const known = new Set(requested.map(canonical));
  return columns.some(({ field }) => known.has(field)) ? columns : undefined;
}

function canonical(field: string): string {
  return aliases[field] ?? field;
}

function splitRow(line: string, columns: readonly Column[]): string[] {
  const cells = line.split(',').map((cell) => cell.trim());
  const surplus = cells.length - columns.length;
  if (surplus === 0) return cells;
  const name = columns.findIndex(({ field }) => field === 'name');
  if (name < 0 || surplus < 0 || surplus > maxCommasInName) throw ragged(cells.length, columns.length);
  const joined = [
    ...cells.slice(0, name),
    cells.slice(name, name + surplus + 1).join(', '),
    ...cells.slice(name + surplus + 1),
  ];
  if (!fitsAround(joined, columns, name)) throw ragged(cells.length, columns.length);
  return joined;
}

// Only if its neighbours are unmistakable is it the name that had the commas.
function fitsAround(cells: readonly string[], columns: readonly Column[], name: number): boolean {
  return (
    columns[name - 1]?.field === 'pci.bus_id' &&
    /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/i.test(cells[name - 1] ?? '') &&
    columns[name + 1]?.field === 'driver_version' &&
    /^\d{3}\.\d+(?:\.\d+)?$/.test(cells[name + 1] ?? '')
  );
}

function ragged(found: number, expected: number): SourceError {
  return new SourceError('invalid', `nvidia-smi printed a row of ${found} cells where ${expected} were expected`);
}
