import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { errorCode } from '../../core/errors.ts';
import { findModule } from './python-module.ts';
import type { FoundModule, ModuleSearch } from './python-module.ts';

/** Whether there is something at a path, links followed. Rejects where that cannot be told. */
export const lookAtPath: FileOperation<null, { readonly present: boolean }> = {
  name: 'command_line.path',
  async run(path) {
    try {
      await stat(path);
      return { present: true };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return { present: false };
      throw error;
    }
  },
};

/** Finds a Python module; the path is the first folder to look in. */
export const findPythonModule: FileOperation<ModuleSearch, FoundModule> = {
  name: 'command_line.python_module',
  run: (_path, search) => findModule(search),
};

/** Working folder or executable of a process; the path is the root of the proc file system. */
export const readProcessLink: FileOperation<{ readonly pid: number; readonly link: 'cwd' | 'exe' }, string> = {
  name: 'command_line.process_link',
  run: (path, { pid, link }) => readlink(join(path, String(pid), link)),
};

export const commandLineOperations = [lookAtPath, findPythonModule, readProcessLink] as const;
