import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { contains } from '../mounts/find-mount.ts';
import { readBounded } from '../machine/read-bounded.ts';
import type { MemoryCgroup } from './membership.ts';

/** How many processes the OOM killer has killed in a cgroup, for whichever limit. */
export interface CgroupOomKills {
  /** Directory of the cgroup as this process sees it. */
  readonly directory: string;
  /** Changes when the cgroup is removed and made again, which sets its count to 0. */
  readonly identity: string;
  readonly kills: number;
}

const maxBytes = 64 * 1024;

/** Undefined where the cgroup is gone or does not tell (version 1 before Linux 4.13; the root cgroup). */
export async function readOomKills(
  directory: string,
  version: 1 | 2,
  root: string,
): Promise<CgroupOomKills | undefined> {
  const file = version === 2 ? 'memory.events' : 'memory.oom_control';
  try {
    const [text, { ino }] = await Promise.all([
      readBounded(join(root, directory, file), maxBytes),
      stat(join(root, directory), { bigint: true }),
    ]);
    const kills = /^oom_kill (\d+)$/m.exec(text)?.[1];
    return kills === undefined ? undefined : { directory, identity: String(ino), kills: Number(kills) };
  } catch {
    return undefined;
  }
}

export function directoryOf({ mountPoint, path }: MemoryCgroup): string {
  return join(mountPoint, path);
}

/** Leaves out the cgroups whose kills an ancestor among them counts as well. */
export function withoutDescendants(cgroups: readonly CgroupOomKills[]): CgroupOomKills[] {
  const inside = (each: CgroupOomKills, other: CgroupOomKills): boolean =>
    each.directory !== other.directory && contains(other.directory, each.directory);
  return cgroups.filter((each) => !cgroups.some((other) => inside(each, other)));
}
