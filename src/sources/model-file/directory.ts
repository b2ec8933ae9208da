import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import type { FileOperation } from '../../core/host.ts';

export interface DirectorySize {
  readonly files: number;
  readonly bytes: number;
}

// Beyond this it is no directory of models, and counting it would be work without end.
const maxEntries = 50_000;
const maxDepth = 10;

/**
 * Counts files and their bytes: with `match` those directly in the directory whose names fit, links followed; without, all
 * regular files below it, links not followed, so that a Hugging Face cache is not counted twice. Fails (EFBIG) beyond a limit.
 */
export const measureDirectory: FileOperation<{ readonly match?: string }, DirectorySize> = {
  name: 'model_file.directory',
  async run(path, { match }) {
    let files = 0;
    let bytes = 0;
    for (const file of match === undefined ? await filesBelow(path) : await matchingFiles(path, match)) {
      const stats = await stat(file).catch(() => undefined);
      if (stats?.isFile() !== true) continue;
      files += 1;
      bytes += stats.size;
    }
    return { files, bytes };
  },
};

/** Paths of what fits directly in a directory. Throws when it cannot be read. */
export async function matchingFiles(path: string, match: string): Promise<string[]> {
  // Globbing takes a directory that cannot be read for an empty one.
  const handle = await opendir(path);
  await handle.close();
  const found = await glob(match, { cwd: path, absolute: true, deep: 1 });
  if (found.length > maxEntries) throw tooMany(path);
  return found.toSorted();
}

async function filesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  let entries = 0;
  async function walk(path: string, depth: number): Promise<void> {
    for await (const entry of await opendir(path)) {
      entries += 1;
      if (entries > maxEntries) throw tooMany(root);
      await visit(entry, join(path, entry.name), depth);
    }
  }
  async function visit(entry: Dirent, path: string, depth: number): Promise<void> {
    if (entry.isFile()) found.push(path);
    // What cannot be read below, or has gone since, is left out; the directory itself must be readable.
    else if (entry.isDirectory() && depth < maxDepth) await walk(path, depth + 1).catch(ignoreUnlessTooMany);
  }
  await walk(root, 1);
  return found;
}

function tooMany(path: string): Error {
  return Object.assign(new Error(`more than ${maxEntries} entries below ${path}`), { code: 'EFBIG' });
}

function ignoreUnlessTooMany(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'EFBIG') throw error;
}
