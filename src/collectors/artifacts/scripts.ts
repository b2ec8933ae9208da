import { resolve } from 'node:path';
import type { Files } from '../../core/host.ts';
import { readLaunch } from '../../sources/command-line/launch.ts';
import { readStartScript } from '../../sources/start-script/operations.ts';
import type { StartScript } from '../../sources/start-script/operations.ts';
import type { ProgramContext } from './programs.ts';

export interface ScriptQuestion {
  readonly variables: readonly string[];
  readonly programs: readonly string[];
  /** Besides what the program's command itself runs. */
  readonly files: readonly string[];
}

export interface ReadOptions {
  readonly files: Files;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The shell scripts that start a program, its own command's first; what is no script or cannot be read is left out. */
export async function readScripts(
  context: ProgramContext | undefined,
  { variables, programs, files: more }: ScriptQuestion,
  { files, timeoutMs, signal }: ReadOptions,
): Promise<StartScript[]> {
  const paths = [...new Set([...scriptsOf(context), ...more])];
  const read = await Promise.all(
    paths.map(async (path) => {
      const values = { ...context?.environment, ...positional(context, path) };
      const complete = context?.environmentComplete === true ? [...variables] : [];
      const request = { environment: { values, complete }, variables, programs, folder: context?.folder };
      return await files.call(readStartScript, path, request, { timeoutMs, signal }).catch(() => null);
    }),
  );
  return read.filter((script) => script !== null);
}

function scriptsOf(context: ProgramContext | undefined): string[] {
  if (context === undefined) return [];
  const { executables, code } = readLaunch(context.words, context.folder);
  const paths = [...executables, ...code.flatMap((each) => (each.kind === 'file' ? [each.path] : []))];
  return paths.filter((path) => path.includes('/')).flatMap((path) => absolute(path, context) ?? []);
}

/** What follows the script in the command are its $1, $2 and so on. */
function positional(context: ProgramContext | undefined, script: string): Record<string, string> {
  const at = context?.words.findIndex((word) => word.includes('/') && absolute(word, context) === script) ?? -1;
  const following = at < 0 ? [] : (context?.words.slice(at + 1) ?? []);
  return Object.fromEntries(following.map((word, index) => [String(index + 1), word]));
}

function absolute(path: string, { folder }: ProgramContext): string | undefined {
  if (folder === undefined && !path.startsWith('/')) return undefined;
  return resolve(folder ?? '/', path);
}
