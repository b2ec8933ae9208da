import type { FileOperation } from '../../core/host.ts';
import { inspectExecutable } from './executable.ts';
import type { Executable, ExecutableSettings } from './executable.ts';
import { findOnPath } from './find-on-path.ts';

/** Judges a program by its path, or by its name as a shell would look for it. */
export const inspectProgram: FileOperation<ExecutableSettings, Executable> = {
  name: 'elf.program',
  async run(name, settings) {
    const { path, unsure } = await findOnPath(name, settings.searchPath, settings.workingFolder);
    if (path === undefined) return { path: name, problem: unsure ? 'unknown' : 'missing' };
    return await inspectExecutable(path, settings);
  },
};

export const elfOperations = [inspectProgram] as const;
