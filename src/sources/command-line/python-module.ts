import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { findInstalledFolders } from './python-folders.ts';
import type { Launcher } from './python-folders.ts';

export interface ModuleSearch {
  readonly module: string;
  /** A package needs a `__main__`. */
  readonly asProgram: boolean;
  /** Searched first, in order. */
  readonly folders: readonly string[];
  readonly launcher: Launcher;
}

export interface FoundModule {
  /** The file that would be imported; where there is none, the one that was looked for in the first folder. */
  readonly path: string;
  /** Undefined: it may be where we cannot look. */
  readonly present?: boolean;
  /** It came with the interpreter or was installed, and is no part of the node's own code. */
  readonly installed: boolean;
}

/** Finds a module as Python's import would, without running Python. */
export async function findModule({ module, asProgram, folders, launcher }: ModuleSearch): Promise<FoundModule> {
  const parts = module.split('.');
  const [first = launcher.workingFolder] = folders;
  const expected = `${join(first, ...parts)}.py`;
  let isOurs = false;
  for (const folder of folders) {
    const found = await findIn(folder, parts, asProgram);
    if (found === 'unknown') return { path: expected, installed: false };
    if (found === 'half') isOurs = true;
    else if (found !== undefined) return { path: found.file, present: true, installed: false };
  }
  // The package is here and the module is not: nobody has installed another part of it.
  if (isOurs) return { path: expected, present: false, installed: false };
  const installed = await findInstalledFolders(launcher);
  for (const folder of installed?.folders ?? []) {
    const found = await findIn(folder, parts, asProgram);
    if (typeof found === 'object') return { path: found.file, present: true, installed: true };
  }
  return { path: expected, installed: false, ...(installed?.complete === true ? { present: false } : {}) };
}

/** The file of a module below a folder; `half` where only the package that should hold it is there. */
async function findIn(
  folder: string,
  parts: readonly string[],
  asProgram: boolean,
): Promise<{ readonly file: string } | 'half' | 'unknown' | undefined> {
  const parents = parts.slice(0, -1);
  const last = parts.at(-1) ?? '';
  const base = join(folder, ...parents);
  try {
    const names = await readdir(base);
    const file = [`${last}.py`, `${last}.pyc`].find((name) => names.includes(name));
    if (file !== undefined) return { file: join(base, file) };
    const extension = names.find((name) => name.startsWith(`${last}.`) && name.endsWith('.so'));
    if (extension !== undefined) return { file: join(base, extension) };
    const inPackage = join(base, last, asProgram ? '__main__.py' : '__init__.py');
    if (names.includes(last) && (await isFile(inPackage))) return { file: inPackage };
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return 'unknown';
  }
  const [top] = parents;
  return top !== undefined && (await isFolder(join(folder, top))) ? 'half' : undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
