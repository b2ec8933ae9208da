import { basename } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { ElfError } from './bytes.ts';
import { readElf } from './read-elf.ts';
import type { ElfFile } from './read-elf.ts';
import { candidatePaths } from './search.ts';
import type { LoadedFile, SearchSettings } from './search.ts';

export interface Libraries {
  /** Names of what the loader would stop at: libraries that are not found, or `library (VERSION)` of too old ones. */
  readonly missing: readonly string[];
  /** Names that may or may not be found: somewhere on the way we may not look. */
  readonly undetermined: readonly string[];
}

// A program with CUDA and Python in it loads about 200.
const maxLoaded = 2_000;

/** Loads, in thought, everything that a program needs, breadth first as the loader does. */
export async function resolveLibraries(path: string, file: ElfFile, settings: SearchSettings): Promise<Libraries> {
  const program: LoadedFile = { path, file, loadedBy: undefined };
  const queue: LoadedFile[] = [program];
  const byName = await loaderItself(program);
  const missing = new Set<string>();
  const undetermined = new Set<string>();

  for (const loaded of queue) {
    for (const name of loaded.file.needed) {
      // What was loaded under this name, or calls itself so, serves everybody, wherever they would have looked.
      if (byName.has(name) || isPartOfLoader(name, settings)) continue;
      const found = await find(name, loaded, settings, program.file);
      if (found === 'missing') missing.add(name);
      else if (found === 'undetermined') undetermined.add(name);
      const library = typeof found === 'string' ? undefined : found;
      byName.set(name, library);
      if (library === undefined) continue;
      const { soname } = library.file;
      if (soname !== undefined && !byName.has(soname)) byName.set(soname, library);
      if (queue.length < maxLoaded) queue.push(library);
    }
  }
  if (settings.system.loader === 'glibc') {
    for (const { file: each } of queue) for (const text of missingVersions(each, byName)) missing.add(text);
  }
  return { missing: [...missing].toSorted(), undetermined: [...undetermined].toSorted() };
}

async function find(
  name: string,
  by: LoadedFile,
  settings: SearchSettings,
  program: ElfFile,
): Promise<LoadedFile | 'missing' | 'undetermined'> {
  let mayBeThere = false;
  for (const path of candidatePaths(name, by, settings)) {
    try {
      const file = await readElf(path);
      if (file.machine === program.machine && file.bits === program.bits) return { path, file, loadedBy: by };
      // Of another architecture: glibc goes on looking, musl gives up.
      if (settings.system.loader === 'musl') return 'missing';
    } catch (error) {
      // A file of that name that is no library ends the search, and the program.
      if (error instanceof ElfError) return 'missing';
      if (errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM') mayBeThere = true;
      else if (!isAbsent(error)) throw error;
    }
  }
  return mayBeThere ? 'undetermined' : 'missing';
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR'].includes(errorCode(error) ?? '');
}

/** The kernel has loaded it already; the C library needs it by name. */
async function loaderItself(program: LoadedFile): Promise<Map<string, LoadedFile | undefined>> {
  const path = program.file.interpreter;
  if (path === undefined) return new Map();
  const loader = { path, file: await readElf(path), loadedBy: program };
  return new Map([basename(path), loader.file.soname ?? ''].map((name) => [name, loader]));
}

/** musl is its own libc, libm and so on, under whatever name they are asked for. */
function isPartOfLoader(name: string, { system }: SearchSettings): boolean {
  return system.loader === 'musl' && /^lib(?:c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

function missingVersions(file: ElfFile, byName: ReadonlyMap<string, LoadedFile | undefined>): string[] {
  return file.neededVersions.flatMap(({ library, versions }) => {
    const defined = byName.get(library)?.file.definedVersions ?? [];
    // A library without any versions is taken as it is, with a warning at most.
    if (defined.length === 0) return [];
    return versions.filter((version) => !defined.includes(version)).map((version) => `${library} (${version})`);
  });
}
