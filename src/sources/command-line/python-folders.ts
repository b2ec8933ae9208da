import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findOnPath } from '../elf/find-on-path.ts';
import { readShebang } from '../elf/shebang.ts';

/** Where installed modules of one interpreter lie; `complete` is false where import hooks may add others. */
export interface InstalledFolders {
  readonly folders: readonly string[];
  readonly complete: boolean;
}

export interface Launcher {
  /** An interpreter, or a script of one, as written in a command. */
  readonly name: string;
  /** PATH, split. */
  readonly searchPath: readonly string[];
  readonly workingFolder: string;
}

const maxPathFiles = 200;
const maxFileBytes = 64 * 1024;

/** The standard library and site-packages of the Python that a launcher runs with; undefined if that cannot be told. */
export async function findInstalledFolders(launcher: Launcher): Promise<InstalledFolders | undefined> {
  const interpreter = await findInterpreter(launcher);
  if (interpreter === undefined) return undefined;
  const libraries = await libraryFolders(interpreter);
  const folders: string[] = [];
  let complete = true;
  for (const folder of libraries) {
    folders.push(folder);
    const names = await readdir(folder).catch(() => []);
    // Editable installations may find their modules by code.
    if (names.some((name) => /^__editable__.*\.py$/.test(name))) complete = false;
    for (const name of names.filter((each) => each.endsWith('.pth')).slice(0, maxPathFiles)) {
      folders.push(...(await pathFile(folder, name)));
    }
  }
  return { folders: [...new Set(folders)], complete };
}

async function findInterpreter({ name, searchPath, workingFolder }: Launcher): Promise<string | undefined> {
  const { path } = await findOnPath(name, searchPath, workingFolder);
  if (path === undefined) return undefined;
  if (isPython(await realpath(path).catch(() => path))) return path;
  const shebang = await readShebang(path);
  if (shebang === undefined) return undefined;
  const interpreter = shebang.command ?? shebang.interpreter;
  if (!isPython(interpreter)) return undefined;
  return (await findOnPath(interpreter, searchPath, workingFolder)).path;
}

function isPython(path: string): boolean {
  return /^(?:python|pypy)[\d.]*$/.test(basename(path));
}

/** Of the virtual environment, if it is one, and of what it was made from: PEP 405. */
async function libraryFolders(interpreter: string): Promise<string[]> {
  const real = await realpath(interpreter).catch(() => interpreter);
  const version = /(\d+\.\d+)$/.exec(basename(real))?.[1];
  const prefix = dirname(dirname(resolve(interpreter)));
  const settings = await readFile(join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => undefined);
  const home = /^home\s*=\s*(.+)$/m.exec(settings ?? '')?.[1]?.trim();
  const prefixes = settings === undefined ? [] : [prefix];
  // Without system packages the standard library is still taken from there; seeing too much costs little.
  prefixes.push(dirname(home ?? dirname(real)));
  const found = await Promise.all(prefixes.map(async (each) => await versionFolders(each, version)));
  return found.flat();
}

async function versionFolders(prefix: string, version: string | undefined): Promise<string[]> {
  const wanted = new RegExp(
    version === undefined ? String.raw`^(python|pypy)3(\.\d+)?$` : `^(python|pypy)(3|${version})$`,
  );
  const roots = [join(prefix, 'lib'), join(prefix, 'lib64'), ...(prefix === '/usr' ? ['/usr/local/lib'] : [])];
  const found: string[] = [];
  for (const root of roots) {
    for (const name of await readdir(root).catch(() => [])) {
      if (!wanted.test(name)) continue;
      found.push(...['', 'lib-dynload', 'site-packages', 'dist-packages'].map((each) => join(root, name, each)));
    }
  }
  return found;
}

/** Lines of a .pth file that name folders: https://docs.python.org/3/library/site.html. */
async function pathFile(folder: string, name: string): Promise<string[]> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  const lines = text.slice(0, maxFileBytes).split(/\r?\n/);
  return lines
    .filter((line) => line.trim() !== '' && !/^(#|import\s)/.test(line))
    .map((line) => resolve(folder, line.trim()));
}
