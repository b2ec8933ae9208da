import { basename, resolve } from 'node:path';
import { evaluateScript } from '../start-script/evaluate.ts';
import { readAppServer, readPython } from './python.ts';
import type { ModuleReference } from './python.ts';
import { unwrap } from './wrappers.ts';
import type { Words } from './wrappers.ts';

/** Code that a command runs: a file, or a Python module that has to be looked for. */
export type CodeReference = { readonly kind: 'file'; readonly path: string } | ModuleReference;

export interface Launch {
  /** Commands that are executed, by the names as written: the command itself and those that wrappers run. */
  readonly executables: readonly string[];
  readonly code: readonly CodeReference[];
}

// `sh -c` within `sh -c`; nobody goes deeper.
const maxDepth = 4;

/**
 * Finds the code that a command runs: scripts of interpreters, `module:app` of ASGI and WSGI servers, `python -m`, also
 * behind wrappers and in `sh -c`. What cannot be told from the words is left out. `folder`: where it runs, if that is known.
 */
export function readLaunch(words: Words, folder: string | undefined, depth = maxDepth): Launch {
  const command = unwrap(words);
  const [head, ...rest] = command;
  const executables = [...new Set([words[0], head])].filter(
    (word) => word !== undefined && word !== '' && !isBuiltin(word),
  );
  const names = executables.filter((word): word is string => word !== undefined);
  return { executables: names, code: head === undefined ? [] : readCode(head, rest, folder, depth) };
}

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);
const interpreters: ReadonlySet<string> = new Set(['node', 'nodejs', 'bun', 'perl', 'ruby', 'php']);
const appServers: ReadonlySet<string> = new Set([
  'uvicorn',
  'gunicorn',
  'hypercorn',
  'daphne',
  'granian',
  'fastapi',
  'streamlit',
]);

function readCode(head: string, rest: Words, folder: string | undefined, depth: number): CodeReference[] {
  const name = basename(head);
  if (shells.has(name)) return readShell(rest, folder, depth);
  if (interpreters.has(name)) return fileReference(firstArgument(rest, []), folder);
  const program = /^(?:python|pypy)[\d.]*$/.test(name) ? readPython(rest) : undefined;
  if (program?.kind === 'file') return fileReference(program.path, folder);
  if (program?.kind === 'module' && !appServers.has(program.module)) {
    const { module } = program;
    return [{ kind: 'module', module, asProgram: true, launcher: head, folder, folders: [folder] }];
  }
  const server = program === undefined ? name : program.module;
  if (!appServers.has(server)) return [];
  const found = readAppServer(server, program === undefined ? rest : program.rest);
  if (found === undefined) return [];
  if (found.kind === 'file') return fileReference(found.path, folder);
  const folders = found.folders.map((each) => inFolder(each, folder));
  return [{ kind: 'module', module: found.module, asProgram: false, launcher: head, folder, folders }];
}

function readShell(rest: Words, folder: string | undefined, depth: number): CodeReference[] {
  const options = rest.findIndex((word) => word === undefined || !/^[-+]/.test(word));
  const inline = rest.slice(0, options < 0 ? undefined : options).some((word) => /^-[a-zA-Z]*c$/.test(word ?? ''));
  const argument = firstArgument(rest, ['-o', '+o', '-O', '--rcfile', '--init-file']);
  if (!inline) return fileReference(argument, folder);
  if (argument === undefined || depth === 0) return [];
  let at = folder;
  const code: CodeReference[] = [];
  for (const { words } of evaluateScript(argument).commands) {
    if (words[0] === 'cd') at = words[1] === undefined ? undefined : inFolder(words[1], at);
    else if (words[0] === '.' || words[0] === 'source') code.push(...fileReference(words[1], at));
    else code.push(...readLaunch(words, at, depth - 1).code);
  }
  return code;
}

function isBuiltin(word: string | undefined): boolean {
  return word === 'exec' || word === 'command' || word === 'time';
}

/** The first word that is no option; undefined too if it is not known. */
function firstArgument(words: Words, withValue: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === undefined || !/^[-+]/.test(word)) return word;
    if (withValue.includes(word)) index += 1;
  }
  return undefined;
}

function fileReference(path: string | undefined, folder: string | undefined): CodeReference[] {
  const absolute = path === undefined || path === '' ? undefined : inFolder(path, folder);
  return absolute === undefined ? [] : [{ kind: 'file', path: absolute }];
}

function inFolder(path: string, folder: string | undefined): string | undefined {
  if (folder === undefined) return path.startsWith('/') ? resolve(path) : undefined;
  return resolve(folder, path);
}
