import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { shardNumber } from '../gguf/shards.ts';
import { matchingFiles } from './directory.ts';

/**
 * The model in a directory that was written last; null if there is none. Of a split model the first shard stands for all,
 * and a projector for images (`mmproj…`) is not what a server is started with.
 */
export const findNewestModel: FileOperation<{ readonly match: string }, { readonly path: string } | null> = {
  name: 'model_file.newest',
  async run(directory, { match }) {
    let newest: { path: string; mtimeMs: number } | null = null;
    for (const path of (await matchingFiles(directory, match)).filter(isServed)) {
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile() !== true) continue;
      if (newest === null || stats.mtimeMs > newest.mtimeMs) newest = { path, mtimeMs: stats.mtimeMs };
    }
    return newest && { path: newest.path };
  },
};

function isServed(path: string): boolean {
  return !basename(path).startsWith('mmproj') && (shardNumber(path) ?? 1) === 1;
}
