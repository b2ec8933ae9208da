import { readFlag } from './cells.ts';
import { parseTable } from './table.ts';

/** Before 580 only this query knew whether a row remap waits for a reset. */
export const remappedRowFields: readonly string[] = ['remapped_rows.pending', 'gpu_uuid'];

/** Reads the answer to `--query-remapped-rows`: uuid → a remap is pending. Cards that have no rows to remap are absent. */
export function parseRemappedRows(text: string): Map<string, boolean> {
  const { columns, rows } = parseTable(text, remappedRowFields);
  const pending = columns.findIndex(({ field }) => field === 'remapped_rows.pending');
  const uuid = columns.findIndex(({ field }) => field === 'uuid');
  return new Map(
    rows.flatMap((cells) => {
      const { value } = readFlag(cells[pending] ?? '');
      return value === undefined ? [] : [[cells[uuid] ?? '', value] as const];
    }),
  );
}
