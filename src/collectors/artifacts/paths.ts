import { resolve } from 'node:path';
import { readLaunch } from '../../sources/command-line/launch.ts';
import { findPythonModule, lookAtPath } from '../../sources/command-line/operations.ts';
import type { ModuleReference } from '../../sources/command-line/python.ts';
import { inspectProgram } from '../../sources/elf/operations.ts';
import { libraryPathOf, searchPathOf } from './environment.ts';
import type { PathFacts } from './facts.ts';
import type { ProgramContext } from './programs.ts';
import type { ReadOptions } from './scripts.ts';

/** Where the modules of programs were last seen, so that one that has gone keeps its path. */
export type ModulePlaces = Map<string, string>;

/** Configured paths, then what each program's command leads to; each path once. */
export async function observePaths(
  configured: readonly string[],
  programs: readonly ProgramContext[],
  places: ModulePlaces,
  options: ReadOptions,
): Promise<PathFacts[]> {
  const found = await Promise.all([
    ...configured.map(async (path) => [await observePath(path, [], options)]),
    ...programs.map(async (program) => await observeProgram(program, places, options)),
  ]);
  const merged = new Map<string, PathFacts>();
  for (const facts of found.flat()) {
    const known = merged.get(facts.path);
    const together = { ...known, ...facts, programs: [...new Set([...(known?.programs ?? []), ...facts.programs])] };
    merged.set(facts.path, known === undefined ? facts : together);
  }
  return [...merged.values()];
}

async function observePath(
  path: string,
  programs: readonly string[],
  { files, timeoutMs, signal }: ReadOptions,
): Promise<PathFacts> {
  // It may hang, or be somewhere that may not be looked into: that is no answer.
  const answer = await files.call(lookAtPath, path, null, { timeoutMs, signal }).catch(() => ({}));
  return { path, programs, ...answer };
}

async function observeProgram(
  context: ProgramContext,
  places: ModulePlaces,
  options: ReadOptions,
): Promise<PathFacts[]> {
  const { executables, code } = readLaunch(context.words, context.folder);
  const found = await Promise.all([
    ...executables.map(async (name) => await observeExecutable(name, context, options)),
    ...code.map(async (each) =>
      each.kind === 'file'
        ? await observePath(each.path, [context.program], options)
        : await observeModule(each, context, places, options),
    ),
  ]);
  return found.filter((facts) => facts !== undefined);
}

async function observeExecutable(
  name: string,
  context: ProgramContext,
  { files, timeoutMs, signal }: ReadOptions,
): Promise<PathFacts | undefined> {
  const isPath = name.includes('/');
  if (isPath && !name.startsWith('/') && context.folder === undefined) return undefined;
  const settings = {
    searchPath: searchPathOf(context),
    libraryPath: libraryPathOf(context),
    workingFolder: context.folder ?? '/',
    etc: '/etc',
  };
  // Under its full path where it is written as one, so that it is the same subject as a configured path.
  const path = isPath ? resolve(settings.workingFolder, name) : name;
  const { problem = 'none', detail } = await files
    .call(inspectProgram, path, settings, { timeoutMs, signal })
    .catch(() => ({ problem: 'unknown' as const, detail: undefined }));
  const programs = [context.program];
  if (problem === 'none') return { path, programs, present: true };
  if (problem === 'unknown') return { path, programs };
  if (problem === 'missing') return { path, programs, present: false };
  return { path, programs, present: true, problem: detail === undefined ? problem : `${problem}: ${detail}` };
}

async function observeModule(
  { module, asProgram, launcher, folders }: ModuleReference,
  context: ProgramContext,
  places: ModulePlaces,
  { files, timeoutMs, signal }: ReadOptions,
): Promise<PathFacts | undefined> {
  const known = folders.filter((folder) => folder !== undefined);
  const pythonPath = (context.environment['PYTHONPATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const [first] = known;
  if (first === undefined || known.length < folders.length) return undefined;
  const workingFolder = context.folder ?? '/';
  const search = {
    module,
    asProgram,
    folders: [...known, ...pythonPath],
    launcher: { name: launcher, searchPath: searchPathOf(context), workingFolder },
  };
  const found = await files.call(findPythonModule, first, search, { timeoutMs, signal }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { path, present, installed } = found;
  const key = `${context.program} ${module}`;
  if (present === true && !installed) places.set(key, path);
  // What was installed with the interpreter is no code of this node.
  if (installed) return undefined;
  const programs = [context.program];
  return {
    path: present === true ? path : (places.get(key) ?? path),
    programs,
    ...(present === undefined ? {} : { present }),
  };
}
