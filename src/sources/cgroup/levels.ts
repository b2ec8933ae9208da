import { join } from 'node:path';
import { readBounded } from '../machine/read-bounded.ts';
import type { MemoryCgroup } from './membership.ts';

/** What one cgroup on the way from a process up to the root allows and uses, in bytes; absent: unlimited or untold. */
export interface MemoryLevel {
  readonly limitBytes?: number;
  /** Memory that reclaim cannot easily take back: usage without the inactive page cache, as kubelet reckons. */
  readonly workingSetBytes?: number;
  readonly swapLimitBytes?: number;
  readonly swapUsedBytes?: number;
}

// systemd and Kubernetes nest about eight deep.
const maxLevels = 64;
const maxBytes = 64 * 1024;

/** Reads a process's memory cgroup and its visible ancestors, the process's own first; `root` is / but in tests. */
export async function readMemoryLevels(cgroup: MemoryCgroup, root: string): Promise<MemoryLevel[]> {
  const levels: MemoryLevel[] = [];
  for (const directory of lineage(cgroup, root)) {
    const level = cgroup.version === 2 ? await readVersion2(directory) : await readVersion1(directory);
    levels.push(level);
    if (cgroup.version === 1 && (await isAccountedAlone(directory))) break;
  }
  return levels;
}

function lineage({ mountPoint, path }: MemoryCgroup, root: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  const paths = names.map((_, index) => names.slice(0, names.length - index).join('/'));
  return [...paths, ''].slice(0, maxLevels).map((each) => join(root, mountPoint, each));
}

/** Documentation/admin-guide/cgroup-v2.rst; `high` does not kill, but nothing gets past it at a useful speed. */
async function readVersion2(directory: string): Promise<MemoryLevel> {
  const [max, high, current, inactiveFile, swapMax, swapUsed] = await Promise.all([
    readNumber(directory, 'memory.max'),
    readNumber(directory, 'memory.high'),
    readNumber(directory, 'memory.current'),
    readStat(directory, ['inactive_file']),
    readNumber(directory, 'memory.swap.max'),
    readNumber(directory, 'memory.swap.current'),
  ]);
  return level({
    limitBytes: lowest(max, high),
    workingSetBytes: without(current, inactiveFile[0]),
    swapLimitBytes: swapMax,
    swapUsedBytes: swapUsed,
  });
}

/** Documentation/admin-guide/cgroup-v1/memory.rst; the hierarchical limit knows ancestors that no mount shows. */
async function readVersion1(directory: string): Promise<MemoryLevel> {
  const [limit, usage, memswLimit, stat] = await Promise.all([
    readNumber(directory, 'memory.limit_in_bytes'),
    readNumber(directory, 'memory.usage_in_bytes'),
    readNumber(directory, 'memory.memsw.limit_in_bytes'),
    readStat(directory, ['total_inactive_file', 'hierarchical_memory_limit', 'hierarchical_memsw_limit', 'total_swap']),
  ]);
  const [inactiveFile, hierarchicalLimit, hierarchicalMemsw, swapUsed] = stat;
  const limitBytes = lowest(limited(limit), limited(hierarchicalLimit));
  const bothBytes = lowest(limited(memswLimit), limited(hierarchicalMemsw));
  return level({
    limitBytes,
    workingSetBytes: without(usage, inactiveFile),
    // Memory and swap have one limit together: what it leaves beyond memory's is for swap.
    swapLimitBytes: limitBytes === undefined ? undefined : without(bothBytes, limitBytes),
    swapUsedBytes: swapUsed,
  });
}

/** Before Linux 5.11 a version 1 cgroup could be accounted apart from its parents. */
async function isAccountedAlone(directory: string): Promise<boolean> {
  return (await readNumber(join(directory, '..'), 'memory.use_hierarchy')) === 0;
}

/** A file of one number; undefined for `max`, and where the controller is not enabled or the file may not be read. */
async function readNumber(directory: string, name: string): Promise<number | undefined> {
  const text = await readBounded(join(directory, name), maxBytes).catch(() => '');
  return toNumber(text.trim());
}

async function readStat(directory: string, names: readonly string[]): Promise<(number | undefined)[]> {
  const text = await readBounded(join(directory, 'memory.stat'), maxBytes).catch(() => '');
  const values = new Map(text.split('\n').map((line) => splitOnce(line)));
  return names.map((name) => toNumber(values.get(name) ?? ''));
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

function toNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

// Version 1 writes "no limit" as the largest number of whole pages, whatever the page size.
function limited(bytes: number | undefined): number | undefined {
  return bytes === undefined || bytes >= 2 ** 62 ? undefined : bytes;
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function without(bytes: number | undefined, part: number | undefined): number | undefined {
  return bytes === undefined || part === undefined ? undefined : Math.max(0, bytes - part);
}

interface MaybeLevel {
  readonly limitBytes: number | undefined;
  readonly workingSetBytes: number | undefined;
  readonly swapLimitBytes: number | undefined;
  readonly swapUsedBytes: number | undefined;
}

function level(figures: MaybeLevel): MemoryLevel {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
