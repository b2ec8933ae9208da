import { basename } from 'node:path';
import { readLaunch } from '../../sources/command-line/launch.ts';
import { readProcessLink } from '../../sources/command-line/operations.ts';
import { inspectProgram } from '../../sources/elf/operations.ts';
import { splitSearchPath } from '../../sources/elf/search.ts';
import type { StartScript } from '../../sources/start-script/operations.ts';
import type { ArtifactsConfig } from './config.ts';
import { libraryPathOf, searchPathOf } from './environment.ts';
import type { BinaryFacts } from './facts.ts';
import { programsNamed } from './programs.ts';
import type { ProgramContext } from './programs.ts';
import { readScripts } from './scripts.ts';
import type { ReadOptions } from './scripts.ts';

const libraryPath = 'LD_LIBRARY_PATH';

type Binary = ArtifactsConfig['binaries'][number];

export interface BinaryOptions extends ReadOptions {
  readonly procRoot: string;
  /** Start scripts that the configuration names for each program. */
  readonly scripts: ReadonlyMap<string, readonly string[]>;
  /** False: what starts the program is not known, and that a binary is not found says nothing. */
  readonly programsKnown: boolean;
}

/** Looks for a binary where its program would find it, and judges it with that program's library path. */
export async function inspectBinary(
  binary: Binary,
  programs: readonly ProgramContext[],
  options: BinaryOptions,
): Promise<BinaryFacts> {
  const { files, timeoutMs, signal } = options;
  const [context] = programsNamed(binary.program, programs);
  const question = {
    variables: ['PATH', libraryPath],
    programs: [binary.name],
    files: options.scripts.get(binary.program) ?? [],
  };
  const scripts = await readScripts(context, question, options);
  const place = await findPlace(binary, context, scripts, options);
  const script = scripts.find((each) => binary.name in each.programs);
  const environment = environmentOf(context, script);
  const folders = [...libraryPathOf({ environment }), ...binary.library_path];
  const settings = {
    // Binaries lie beside their libraries more often than on PATH.
    searchPath: [...searchPathOf({ environment }), ...binary.library_path],
    libraryPath: folders.flatMap((each) => splitSearchPath(each)),
    workingFolder: context?.folder ?? '/',
    etc: '/etc',
  };
  const { path, problem, detail, libraries } = await files.call(inspectProgram, place, settings, { timeoutMs, signal });
  const subject = { binary: binary.name, program: binary.program, path };
  if (problem === 'unknown' || (problem === 'missing' && !path.includes('/') && !options.programsKnown)) return subject;
  if (problem !== undefined)
    return { ...subject, runnable: false, problem: detail === undefined ? problem : `${problem}: ${detail}` };
  // What seems to be missing may be on a library path that is not known.
  const isCertain = isLibraryPathKnown(context, script, options);
  const isKnown =
    libraries !== undefined && (libraries.missing.length > 0 ? isCertain : libraries.undetermined.length === 0);
  return { ...subject, runnable: true, ...(isKnown ? { missingLibraries: libraries.missing } : {}) };
}

/** What the script has set by the time it calls the binary; what only running it would tell is left out. */
function environmentOf(
  context: ProgramContext | undefined,
  script: StartScript | undefined,
): Readonly<Record<string, string>> {
  const given = Object.entries(context?.environment ?? {}).filter(([name]) => script?.untold.includes(name) !== true);
  return { ...Object.fromEntries(given), ...script?.variables };
}

function isLibraryPathKnown(
  context: ProgramContext | undefined,
  script: StartScript | undefined,
  { programsKnown }: BinaryOptions,
): boolean {
  if (context === undefined) return programsKnown;
  if (script !== undefined && libraryPath in script.variables) return true;
  if (script?.untold.includes(libraryPath)) return false;
  return context.environmentComplete || libraryPath in context.environment;
}

/** A path, or a name for PATH: as the configuration, the command, the start script or the running process has it. */
async function findPlace(
  { name }: Binary,
  context: ProgramContext | undefined,
  scripts: readonly StartScript[],
  options: BinaryOptions,
): Promise<string> {
  if (name.includes('/')) return name;
  const executables = context === undefined ? [] : readLaunch(context.words, context.folder).executables;
  const commanded = executables.find((each) => basename(each) === name);
  const called = scripts.map(({ programs }) => programs[name]).find((each) => each !== undefined);
  return commanded ?? called ?? (await findRunning(name, context, options)) ?? name;
}

// The kernel keeps fifteen characters of a name.
const commLength = 15;

async function findRunning(
  name: string,
  context: ProgramContext | undefined,
  { files, procRoot, timeoutMs, signal }: BinaryOptions,
): Promise<string | undefined> {
  const [pid] = [...(context?.processes ?? [])].find(([, comm]) => comm === name.slice(0, commLength)) ?? [];
  if (pid === undefined) return undefined;
  const path = await files.call(readProcessLink, procRoot, { pid, link: 'exe' }, { timeoutMs, signal }).catch(() => '');
  return basename(path) === name ? path : undefined;
}
