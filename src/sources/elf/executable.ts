import { access, constants, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { ElfError } from './bytes.ts';
import { findOnPath } from './find-on-path.ts';
import { readElf } from './read-elf.ts';
import { resolveLibraries } from './resolve.ts';
import type { Libraries } from './resolve.ts';
import { readShebang } from './shebang.ts';
import type { Shebang } from './shebang.ts';
import { readSystemLibraries } from './system-libraries.ts';

/** Why a file cannot be run; `unknown` where we may not look. */
export type ExecutableProblem =
  | 'missing'
  | 'not_regular'
  | 'not_executable'
  | 'not_a_program'
  | 'wrong_machine'
  | 'truncated'
  | 'interpreter_missing'
  | 'unknown';

export interface Executable {
  readonly path: string;
  /** Absent: it can be run, as far as its file goes. */
  readonly problem?: ExecutableProblem;
  /** More of the problem, for the log. */
  readonly detail?: string;
  /** Of the program, or of a script's interpreter; absent where there is a problem. */
  readonly libraries?: Libraries;
}

export interface ExecutableSettings {
  /** PATH, split, for what `env` looks up. */
  readonly searchPath: readonly string[];
  /** LD_LIBRARY_PATH, split. */
  readonly libraryPath: readonly string[];
  readonly workingFolder: string;
  /** /etc but in tests. */
  readonly etc: string;
}

// A script may be the interpreter of another; the kernel follows five.
const maxDepth = 5;

/** Judges a file as execve(2) and then the dynamic loader would, and runs nothing. */
export async function inspectExecutable(
  path: string,
  settings: ExecutableSettings,
  depth = maxDepth,
): Promise<Executable> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { path, problem: 'not_regular' };
    if ((stats.mode & 0o111) === 0 || !(await mayRun(path))) return { path, problem: 'not_executable' };
    const shebang = await readShebang(path);
    if (shebang === undefined) return await inspectElf(path, settings);
    const interpreter = await interpreterOf(shebang, settings);
    if (interpreter === undefined || depth === 0) {
      return { path, problem: 'interpreter_missing', detail: shebang.command ?? shebang.interpreter };
    }
    const inspected = await inspectExecutable(interpreter, settings, depth - 1);
    if (inspected.problem === undefined) return { ...inspected, path };
    const problem = inspected.problem === 'unknown' ? 'unknown' : 'interpreter_missing';
    return { path, problem, detail: `${interpreter}: ${inspected.problem}` };
  } catch (error) {
    return { path, ...problemOf(error) };
  }
}

const machines: Readonly<Record<string, readonly number[]>> = {
  x64: [62, 3],
  ia32: [3],
  arm64: [183, 40],
  arm: [40],
};

async function inspectElf(path: string, settings: ExecutableSettings): Promise<Executable> {
  const file = await readElf(path);
  const able = machines[process.arch];
  if (able !== undefined && !able.includes(file.machine)) {
    return { path, problem: 'wrong_machine', detail: `machine ${file.machine} on ${process.arch}` };
  }
  const { interpreter } = file;
  // A static program, or one that is its own loader.
  if (interpreter === undefined) return { path, libraries: { missing: [], undetermined: [] } };
  const loader = await readElf(resolve(settings.workingFolder, interpreter)).catch((error: unknown) =>
    problemOf(error),
  );
  if ('problem' in loader) {
    const problem = loader.problem === 'unknown' ? 'unknown' : 'interpreter_missing';
    return { path, problem, detail: interpreter };
  }
  const system = await readSystemLibraries(interpreter, file.machine, settings.etc);
  // The loader takes $ORIGIN from /proc/self/exe, which has no symbolic links.
  const libraries = await resolveLibraries(await realpath(path), file, { ...settings, system });
  return { path, libraries };
}

async function interpreterOf(
  { interpreter, command }: Shebang,
  { workingFolder, searchPath }: ExecutableSettings,
): Promise<string | undefined> {
  if (command === undefined) return resolve(workingFolder, interpreter);
  return (await findOnPath(command, searchPath, workingFolder)).path;
}

/** For root the answer tells a file system that is mounted noexec; for others it is about them, not about the program's user. */
async function mayRun(path: string): Promise<boolean> {
  if (process.geteuid?.() !== 0) return true;
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function problemOf(error: unknown): { problem: ExecutableProblem; detail: string } {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof ElfError) {
    return { problem: error.problem === 'truncated' ? 'truncated' : 'not_a_program', detail };
  }
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return { problem: 'missing', detail };
  return { problem: 'unknown', detail };
}
