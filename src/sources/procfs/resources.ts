import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import type { FileOperation } from '../../core/host.ts';
import { readGuarded } from './guarded-read.ts';
import { mapLimited } from './limited.ts';

export interface ProcessResources {
  readonly pid: number;
  /** Absent when it could not be read. */
  readonly memoryBytes?: number;
  readonly memoryKind?: 'pss' | 'rss';
  /** The kernel walked the page tables for so long that the process should be spared the next walk. */
  readonly pssSlow: boolean;
  /** Absent when another user's process may not be looked at. */
  readonly openFds?: number;
}

// A walk holds up the process's own memory mapping calls; one of 50 ms every few seconds would be 1 % of its time.
const slowWalkMs = 50;
const maxBytes = 64 * 1024;

/**
 * Memory and open descriptors of processes; those that ended meanwhile are left out. Memory is the proportional set
 * size where it may be read, which counts a page that N processes share as an Nth; else, and for `rssOnly`, the resident
 * set size.
 */
export const readProcessResources: FileOperation<
  { pids: readonly number[]; rssOnly: readonly number[] },
  ProcessResources[]
> = {
  name: 'procfs.resources',
  async run(path, { pids, rssOnly }) {
    const spared = new Set(rssOnly);
    const found = await mapLimited(pids, (pid) => readOne(join(path, String(pid)), pid, !spared.has(pid)));
    return found.filter((each) => each !== undefined);
  },
};

async function readOne(directory: string, pid: number, withPss: boolean): Promise<ProcessResources | undefined> {
  const startedMs = performance.now();
  const pss = withPss ? await readPss(directory) : undefined;
  const pssSlow = performance.now() - startedMs > slowWalkMs;
  try {
    const rss = pss === undefined ? kilobytes(readFileSync(join(directory, 'status'), 'latin1'), 'VmRSS') : undefined;
    const openFds = countDescriptors(join(directory, 'fd'));
    return {
      pid,
      pssSlow,
      ...(pss === undefined ? {} : { memoryBytes: pss, memoryKind: 'pss' as const }),
      ...(rss === undefined ? {} : { memoryBytes: rss, memoryKind: 'rss' as const }),
      ...(openFds === undefined ? {} : { openFds }),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function readPss(directory: string): Promise<number | undefined> {
  try {
    return kilobytes((await readGuarded(join(directory, 'smaps_rollup'), maxBytes)).toString('latin1'), 'Pss');
  } catch {
    // Another user's process, a kernel before 4.14, or a process that ended: the status file tells which.
    return undefined;
  }
}

/** Bytes of a `Name:  123 kB` line of status or smaps_rollup. */
export function kilobytes(text: string, name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
  return match === null ? undefined : Number(match[1]) * 1024;
}

// Since Linux 6.2 the size of the directory is the number of open descriptors; before that it is 0.
function countDescriptors(directory: string): number | undefined {
  try {
    return statSync(directory).size || readdirSync(directory).length;
  } catch (error) {
    if (isGone(error)) throw error;
    return undefined;
  }
}

function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ESRCH';
}
