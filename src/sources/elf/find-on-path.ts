import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorCode } from '../../core/errors.ts';

export interface PathSearch {
  readonly path?: string;
  /** Some folder could not be looked into: it may be there. */
  readonly unsure: boolean;
}

/** The first regular, executable file of that name, as execvp(3) and shells look for it; names with a slash are paths. */
export async function findOnPath(
  name: string,
  searchPath: readonly string[],
  workingFolder: string,
): Promise<PathSearch> {
  if (name.includes('/')) return { path: resolve(workingFolder, name), unsure: false };
  let unsure = false;
  for (const folder of searchPath) {
    const path = join(resolve(workingFolder, folder), name);
    try {
      const stats = await stat(path);
      if (stats.isFile() && (stats.mode & 0o111) !== 0) return { path, unsure };
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') unsure = true;
    }
  }
  return { unsure };
}
