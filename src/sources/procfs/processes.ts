import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { createPause } from './pause.ts';
import { parseStat } from './stat.ts';
import type { ProcessStat } from './types.ts';

export interface ProcessTable {
  readonly processes: readonly ProcessStat[];
  /** Processes whose directory shows but may not be read (hidepid=1). */
  readonly unreadable: number;
}

/** All processes that are visible below a proc file system. Reading `stat` takes no lock of the process: it cannot hang. */
export const readProcesses: FileOperation<null, ProcessTable> = {
  name: 'procfs.processes',
  async run(path) {
    const pause = createPause();
    const processes: ProcessStat[] = [];
    let unreadable = 0;
    for (const name of await readdir(path)) {
      if (!/^\d+$/.test(name)) continue;
      const found = readStat(join(path, name, 'stat'));
      if (found === 'unreadable') unreadable += 1;
      else if (found !== 'gone') processes.push(found);
      await pause();
    }
    return { processes, unreadable };
  },
};

function readStat(file: string): ProcessStat | 'gone' | 'unreadable' {
  try {
    return parseStat(readFileSync(file, 'utf8')) ?? 'unreadable';
  } catch (error) {
    // Between readdir and here processes end: ENOENT, or ESRCH from an open file.
    return isDenied(error) ? 'unreadable' : 'gone';
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}
