import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProgramUser } from './types.ts';

const read = 4;
const search = 1;

/**
 * Whether a user may read a file, by owner, group and mode of it and of all directories on the way; undefined if that
 * cannot be told. It knows nothing of access control lists, so ask only on file systems whose mode bits count.
 */
export async function mayRead(path: string, user: ProgramUser): Promise<boolean | undefined> {
  if (user.uid === 0) return true;
  try {
    const target = await realpath(path);
    const directories = new Set([...parentsOf(path), ...parentsOf(target)]);
    for (const directory of directories) {
      if (!permits(await stat(directory), user, search)) return false;
    }
    return permits(await stat(target), user, read);
  } catch {
    return undefined;
  }
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [parent, ...parentsOf(parent)];
}

/** Only the first class that fits counts: an owner without the bit is denied, whatever others may. */
export function permits(
  { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>,
  user: ProgramUser,
  bit: number,
): boolean {
  if (uid === user.uid) return (mode & (bit << 6)) !== 0;
  if (user.gids.includes(gid)) return (mode & (bit << 3)) !== 0;
  return (mode & bit) !== 0;
}
