import { dirname, join, resolve } from 'node:path';
import type { ElfFile } from './read-elf.ts';
import { libFolders } from './system-libraries.ts';
import type { SystemLibraries } from './system-libraries.ts';

/** A file that the loader has taken in, and who asked for it. */
export interface LoadedFile {
  readonly path: string;
  readonly file: ElfFile;
  readonly loadedBy: LoadedFile | undefined;
}

export interface SearchSettings {
  readonly system: SystemLibraries;
  /** LD_LIBRARY_PATH, split; an empty entry is the working folder. */
  readonly libraryPath: readonly string[];
  /** The program's working folder. */
  readonly workingFolder: string;
}

/** The paths at which a loader looks for a library that a file needs, in its order: ld.so(8), or musl's load_library. */
export function candidatePaths(name: string, by: LoadedFile, settings: SearchSettings): string[] {
  const { system, workingFolder } = settings;
  if (name.includes('/')) return [resolve(workingFolder, name)];
  const folders = system.loader === 'musl' ? muslOrder(by, settings) : glibcOrder(by, settings);
  const inFolders = folders.map((folder) => join(resolve(workingFolder, folder), name));
  if (by.file.noDefaultFolders) return inFolders;
  return [...inFolders, ...(system.cache.get(name) ?? []), ...system.folders.map((folder) => join(folder, name))];
}

/** Splits a search path; `;` separates too in LD_LIBRARY_PATH. */
export function splitSearchPath(text: string): string[] {
  return text === '' ? [] : text.split(/[:;]/);
}

// RPATH of the file and of those that loaded it, unless it has a RUNPATH; the environment; RUNPATH of the file alone.
function glibcOrder(by: LoadedFile, { libraryPath }: SearchSettings): string[] {
  const inherited = by.file.runpath === undefined ? lineage(by).flatMap((each) => rpathOf(each)) : [];
  return [...inherited, ...libraryPath, ...expand(by.file.runpath, by)];
}

// The environment first; RPATH and RUNPATH are the same and both are inherited.
function muslOrder(by: LoadedFile, { libraryPath }: SearchSettings): string[] {
  const inherited = lineage(by).flatMap((each) => expand(each.file.runpath ?? each.file.rpath, each));
  return [...libraryPath, ...inherited];
}

function rpathOf(loaded: LoadedFile): string[] {
  return loaded.file.runpath === undefined ? expand(loaded.file.rpath, loaded) : [];
}

function lineage(loaded: LoadedFile): LoadedFile[] {
  return loaded.loadedBy === undefined ? [loaded] : [loaded, ...lineage(loaded.loadedBy)];
}

function expand(searchPath: string | undefined, { path, file }: LoadedFile): string[] {
  if (searchPath === undefined || searchPath === '') return [];
  return searchPath.split(':').flatMap((folder) => {
    const atOrigin = folder.replaceAll(/\$(?:ORIGIN\b|\{ORIGIN\})/g, dirname(path));
    const lib = /\$(?:LIB\b|\{LIB\})/g;
    return lib.test(atOrigin) ? libFolders(file.machine).map((each) => atOrigin.replaceAll(lib, each)) : [atOrigin];
  });
}
