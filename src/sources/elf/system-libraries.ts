import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { parseLibraryCache } from './ld-cache.ts';
import type { LibraryCache } from './ld-cache.ts';

/** Where a dynamic loader looks when neither the program nor its environment says. */
export interface SystemLibraries {
  readonly loader: 'glibc' | 'musl';
  readonly cache: LibraryCache;
  readonly folders: readonly string[];
}

/** By e_machine: the folder names of Debian's multiarch, and of `$LIB` elsewhere. */
const multiarch: Readonly<Record<number, string>> = {
  3: 'i386-linux-gnu',
  40: 'arm-linux-gnueabihf',
  62: 'x86_64-linux-gnu',
  183: 'aarch64-linux-gnu',
};

/** What `$LIB` may stand for: distributions build their loaders differently. */
export function libFolders(machine: number): string[] {
  const own = multiarch[machine];
  return ['lib64', 'lib', ...(own === undefined ? [] : [`lib/${own}`])];
}

/** The loader is told by its file name; a file that cannot be read is as good as none. `etc` is /etc but in tests. */
export async function readSystemLibraries(
  interpreter: string,
  machine: number,
  etc = '/etc',
): Promise<SystemLibraries> {
  const musl = /^ld-musl-(.+)\.so\.1$/.exec(basename(interpreter))?.[1];
  if (musl !== undefined) {
    return { loader: 'musl', cache: new Map(), folders: await muslFolders(join(etc, `ld-musl-${musl}.path`)) };
  }
  const folders = libFolders(machine).flatMap((folder) => [`/${folder}`, `/usr/${folder}`]);
  return {
    loader: 'glibc',
    cache: await readCache(join(etc, 'ld.so.cache')),
    // A C library of its own, as Nix and Conda have, looks beside its loader too.
    folders: [...new Set([...folders, dirname(interpreter)])],
  };
}

async function muslFolders(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '/lib:/usr/local/lib:/usr/lib');
  return text.split(/[:\n]/).filter((folder) => folder !== '');
}

async function readCache(file: string): Promise<LibraryCache> {
  try {
    return parseLibraryCache(await readFile(file)) ?? new Map();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    throw error;
  }
}
