import { errorMessage } from '../../core/errors.ts';
import type { Clock, FileCallOptions, Files } from '../../core/host.ts';
import { measureDirectory } from '../../sources/model-file/directory.ts';
import type { DirectoryConfig } from './config.ts';
import type { DirectoryFact } from './facts.ts';

export interface DirectoryWatch {
  /** Counts again, or hands out the last count while it is younger than `maxAgeMs`. Never throws. */
  look(maxAgeMs: number, call: FileCallOptions): Promise<DirectoryFact>;
}

export function watchDirectory(
  { path, match, program }: DirectoryConfig,
  { files, clock }: { readonly files: Files; readonly clock: Clock },
): DirectoryWatch {
  let last: { readonly atMs: number; readonly fact: DirectoryFact } | undefined;

  return {
    async look(maxAgeMs, call) {
      const atMs = clock.monotonicMs();
      if (last !== undefined && atMs - last.atMs < maxAgeMs) return last.fact;
      const subject = { directory: path, program };
      try {
        const size = await files.call(measureDirectory, path, match === undefined ? {} : { match }, call);
        last = { atMs, fact: { ...subject, ...size } };
        return last.fact;
      } catch (error) {
        last = undefined;
        return { ...subject, error: errorMessage(error) };
      }
    },
  };
}
