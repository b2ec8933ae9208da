import type { Words } from './wrappers.ts';

/** A Python module that a command imports or runs. */
export interface ModuleReference {
  readonly kind: 'module';
  /** Dotted. */
  readonly module: string;
  /** `python -m`: a package needs a `__main__`. */
  readonly asProgram: boolean;
  /** The interpreter or the script that runs it, as written. */
  readonly launcher: string;
  /** Where the command runs, if that is known. */
  readonly folder: string | undefined;
  /** Searched before PYTHONPATH and the installed packages; undefined for one that is not known. */
  readonly folders: readonly (string | undefined)[];
}

type PythonProgram =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'module'; readonly module: string; readonly asProgram: true; readonly rest: Words };

const moduleName = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** What `python ARGUMENTS` runs, by python(1); undefined for `-c`, standard input and what is not known. */
export function readPython(words: Words): PythonProgram | undefined {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === undefined || word === '-' || word === '--') return undefined;
    if (!word.startsWith('-')) return { kind: 'file', path: word };
    if (word === '--check-hash-based-pycs') index += 1;
    if (word.startsWith('--')) continue;
    // Short options may be joined, the last of them with its value.
    const at = word.search(/[mcWX]/);
    if (at < 0) continue;
    if (word[at] === 'c') return undefined;
    const attached = word.slice(at + 1);
    if (attached === '') index += 1;
    if (word[at] !== 'm') continue;
    const module = attached === '' ? words[index] : attached;
    if (module === undefined || !moduleName.test(module)) return undefined;
    return { kind: 'module', module, asProgram: true, rest: words.slice(index + 1) };
  }
  return undefined;
}

type App =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'module'; readonly module: string; readonly folders: readonly string[] };

const appPattern = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):[A-Za-z_][\w.]*(?:\(.*\))?$/;
const folderOptions: ReadonlySet<string> = new Set(['--app-dir', '--chdir', '--working-dir']);

/** The application that an ASGI or WSGI server is to import, or the file that `fastapi run` and `streamlit run` name. */
export function readAppServer(server: string, words: Words): App | undefined {
  if (server === 'fastapi' || server === 'streamlit') {
    const run = words.findIndex((word) => word === 'run' || word === 'dev');
    const path = words.slice(run + 1).find((word) => word === undefined || word.endsWith('.py'));
    return run < 0 || path === undefined ? undefined : { kind: 'file', path };
  }
  const candidates = words.flatMap((word, index) => {
    const module = word === undefined ? undefined : appPattern.exec(word)?.[1];
    // A word after an option may be its value, such as a header.
    return module === undefined ? [] : [{ module, afterOption: /^--?[^=]+$/.test(words[index - 1] ?? '') }];
  });
  const chosen = candidates.find(({ afterOption }) => !afterOption) ?? candidates[0];
  return chosen === undefined ? undefined : { kind: 'module', module: chosen.module, folders: [appFolder(words)] };
}

function appFolder(words: Words): string {
  for (const [index, word] of words.entries()) {
    const [option = '', attached] = word?.split(/=(.*)/s) ?? [];
    if (folderOptions.has(option)) return attached ?? words[index + 1] ?? '.';
  }
  return '.';
}
