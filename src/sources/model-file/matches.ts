import { isAbsolute } from 'node:path';
import { glob } from 'tinyglobby';
import type { FileOperation } from '../../core/host.ts';

// A pattern that fits more is not one for the files of a model.
const maxMatches = 1_000;

/** Absolute paths of the files that a glob pattern fits, sorted. The path is that of the directory to start in. */
export const findMatches: FileOperation<{ readonly pattern: string }, readonly string[]> = {
  name: 'model_file.matches',
  async run(path, { pattern }) {
    const found = await glob(pattern, { cwd: isAbsolute(pattern) ? '/' : path, absolute: true, dot: true, deep: 16 });
    return found.toSorted().slice(0, maxMatches);
  },
};
