import { splitSearchPath } from '../../sources/elf/search.ts';
import type { ProgramContext } from './programs.ts';

/** Variables that are read of programs besides the configured ones; none of them is a secret. */
export const knownVariables = ['PATH', 'LD_LIBRARY_PATH', 'PYTHONPATH'] as const;

// What supervisord uses where PATH is not set.
const defaultSearchPath = '/bin:/usr/bin:/usr/local/bin';

export function searchPathOf({ environment }: Pick<ProgramContext, 'environment'>): string[] {
  return (environment['PATH'] || defaultSearchPath).split(':');
}

export function libraryPathOf({ environment }: Pick<ProgramContext, 'environment'>): string[] {
  return splitSearchPath(environment['LD_LIBRARY_PATH'] ?? '');
}
