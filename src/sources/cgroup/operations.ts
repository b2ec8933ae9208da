import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { readBounded } from '../machine/read-bounded.ts';
import { parseMountInfo } from '../mounts/mountinfo.ts';
import type { Mount } from '../mounts/mountinfo.ts';
import { readMemoryLevels } from './levels.ts';
import type { MemoryLevel } from './levels.ts';
import { findMemoryCgroup, parseMemberships } from './membership.ts';
import type { MemoryCgroup } from './membership.ts';
import { directoryOf, readOomKills, withoutDescendants } from './oom-kills.ts';
import type { CgroupOomKills } from './oom-kills.ts';

export interface CgroupRequest {
  /** Whose limits are asked for: supervisord's pid where it is known; else, and if that fails, the reader's own. */
  readonly limitsOf: number | undefined;
  /** Whose OOM kills are watched besides. */
  readonly pids: readonly number[];
  /** Directories that were watched before: a program that was killed has no pid any more. */
  readonly watched: readonly string[];
  /** Where the files lie; `/` but in tests. */
  readonly root: string;
}

export interface CgroupReport {
  /** Of the process that was asked for, its own level first; empty where no limit can be seen. */
  readonly levels: readonly MemoryLevel[];
  readonly oomKills: readonly CgroupOomKills[];
  /** Directory of each pid's cgroup, as far as it can be told. */
  readonly directories: Readonly<Record<string, string>>;
}

const maxBytes = 8 * 1024 * 1024;
/** Cgroups whose OOM kills are read, at most. */
export const maxWatched = 256;

/** Memory limits and OOM kills of the cgroups of some processes; the path is the root of the proc file system. */
export const readCgroups: FileOperation<CgroupRequest, CgroupReport> = {
  name: 'cgroup.memory',
  async run(path, { limitsOf, pids, watched, root }) {
    const mounts = parseMountInfo(await readBounded(join(path, 'self/mountinfo'), maxBytes));
    const own = await cgroupOf(path, 'self', mounts);
    const limited = (limitsOf === undefined ? undefined : await cgroupOf(path, limitsOf, mounts)) ?? own;
    if (own === undefined || limited === undefined) return { levels: [], oomKills: [], directories: {} };
    const directories: Record<string, string> = {};
    for (const pid of pids) {
      const cgroup = await cgroupOf(path, pid, mounts);
      if (cgroup !== undefined) directories[pid] = directoryOf(cgroup);
    }
    const watch = [directoryOf(own), directoryOf(limited), ...Object.values(directories), ...watched];
    return {
      levels: await readMemoryLevels(limited, root),
      oomKills: await readAllOomKills(watch, limited, root),
      directories,
    };
  },
};

async function cgroupOf(
  proc: string,
  pid: number | 'self',
  mounts: readonly Mount[],
): Promise<MemoryCgroup | undefined> {
  const text = await readBounded(join(proc, String(pid), 'cgroup'), maxBytes).catch(() => '');
  return findMemoryCgroup(parseMemberships(text), mounts);
}

async function readAllOomKills(
  directories: readonly string[],
  { version, eventsIncludeDescendants }: MemoryCgroup,
  root: string,
): Promise<CgroupOomKills[]> {
  const found: CgroupOomKills[] = [];
  for (const directory of [...new Set(directories)].slice(0, maxWatched)) {
    const kills = await readOomKills(directory, version, root);
    if (kills !== undefined) found.push(kills);
  }
  return eventsIncludeDescendants ? withoutDescendants(found) : found;
}

export const cgroupOperations = [readCgroups] as const;
