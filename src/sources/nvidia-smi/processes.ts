import { SourceError } from '../../core/contract.ts';
import { isUuid, readNumber } from './cells.ts';
import type { Cell } from './cells.ts';
import { parseTable } from './table.ts';

/** Process names are not asked for: they may hold commas and newlines, which this CSV cannot carry. */
export const processFields: readonly string[] = ['pid', 'used_gpu_memory', 'gpu_uuid'];

export interface GpuProcess {
  readonly uuid: string;
  /** As the driver knows it: of the machine's first pid namespace. Undefined where it may not be seen. */
  readonly pid: number | undefined;
  /** Undefined where the driver does not account memory (WSL, Windows, vGPU guests) or does not tell. */
  readonly usedBytes: number | undefined;
}

/** Reads the answer to `--query-compute-apps`. Throws `SourceError` `invalid`. */
export function parseProcesses(text: string, requested: readonly string[] = processFields): GpuProcess[] {
  const { columns, rows } = parseTable(text, requested);
  const at = (cells: readonly string[], field: string): string =>
    cells[columns.findIndex((column) => column.field === field)] ?? '';
  return rows.map((cells) => {
    const uuid = at(cells, 'uuid');
    const pid = readNumber(at(cells, 'pid'), undefined);
    const used = readNumber(at(cells, 'used_gpu_memory'), 'MiB');
    if (!isUuid(uuid) || isGarbled(pid, at(cells, 'pid')) || isGarbled(used, at(cells, 'used_gpu_memory'))) {
      throw new SourceError('invalid', 'nvidia-smi printed a process that cannot be read');
    }
    return { uuid, pid: pid.value, usedBytes: used.value === undefined ? undefined : used.value * 1_048_576 };
  });
}

// `[Not Found]` and the like: in brackets stands what NVML answered instead, be it a word that is new to us.
function isGarbled({ error }: Cell<number>, text: string): boolean {
  return error === 'other' && text !== '-' && !/^\[.*\]$/.test(text);
}
