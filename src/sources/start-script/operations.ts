import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { unwrap } from '../command-line/wrappers.ts';
import { evaluateScript } from './evaluate.ts';
import type { Evaluation, StartEnvironment } from './evaluate.ts';

export interface ScriptRequest {
  readonly environment: StartEnvironment;
  /** Variables whose values may leave the file agent. */
  readonly variables: readonly string[];
  /** Names of programs whose places are asked for. */
  readonly programs: readonly string[];
  /** Where it is started, if that is known. */
  readonly folder: string | undefined;
}

export interface StartScript {
  /** Values that the variables have at the script's end; absent: never set, or only running it would tell. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the script uses in place of variables that nothing sets. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Variables that are set to what only running the script would tell. */
  readonly untold: readonly string[];
  /** By name: how the script calls each program, made absolute where it has a slash. */
  readonly programs: Readonly<Record<string, string>>;
}

// Start scripts are short.
const maxBytes = 256 * 1024;

/** Reads a shell script; null for what is none. Of its text only what was asked for leaves the file agent. */
export const readStartScript: FileOperation<ScriptRequest, StartScript | null> = {
  name: 'start_script.read',
  async run(path, request) {
    const text = await readText(path);
    if (text === undefined) return null;
    const evaluation = evaluateScript(text, request.environment);
    const variables: Record<string, string> = {};
    const defaults: Record<string, string> = {};
    const untold: string[] = [];
    for (const name of request.variables) {
      const value = evaluation.variables.get(name);
      const fallback = evaluation.defaults.get(name);
      if (fallback !== undefined && !evaluation.variables.has(name)) defaults[name] = fallback;
      if (value !== undefined) variables[name] = value;
      else if (evaluation.variables.has(name)) untold.push(name);
    }
    return { variables, defaults, untold, programs: findPrograms(evaluation, request) };
  },
};

async function readText(path: string): Promise<string | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    const content = await handle.readFile();
    // Programs have NUL bytes; scripts of other interpreters are told by their first line.
    const isShell = content.includes(0)
      ? false
      : /^(?!#!)|^#!.*\b(?:ba|da|a|k|z)?sh\b/.test(content.toString('latin1', 0, 256));
    return isShell ? content.toString('utf8') : undefined;
  } finally {
    await handle.close();
  }
}

/** The last call counts: what a script ends with is what it is for. */
function findPrograms({ commands }: Evaluation, request: ScriptRequest): Record<string, string> {
  const found: Record<string, string> = {};
  let folder = request.folder;
  for (const { words } of commands) {
    const [head, argument] = unwrap(words);
    if (head === undefined) continue;
    if (head === 'cd') folder = argument === undefined ? undefined : resolved(argument, folder);
    const name = basename(head);
    const path = head.includes('/') ? resolved(head, folder) : head;
    if (request.programs.includes(name) && path !== undefined) found[name] = path;
  }
  return found;
}

function resolved(path: string, folder: string | undefined): string | undefined {
  if (folder === undefined && !path.startsWith('/')) return undefined;
  return resolve(folder ?? '/', path);
}

export const startScriptOperations = [readStartScript] as const;
