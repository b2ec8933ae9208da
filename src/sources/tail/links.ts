/** Follows symbolic links by their text, so that a target which does not exist (yet) has a name too. */
import { lstat, readlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const maxLinks = 16;
const ownNames = /^\/(proc\/(self|thread-self)|dev)\//;

/** The path that the last link points to; the path itself if it is no link. Stops at /dev and /proc/self. */
export async function linkTarget(path: string): Promise<string> {
  let current = resolve(path);
  for (let links = 0; links < maxLinks && !ownNames.test(current); links += 1) {
    const next = await readlinkOf(current);
    if (next === undefined) break;
    current = resolve(dirname(current), next);
  }
  return current;
}

async function readlinkOf(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    return undefined;
  }
}
