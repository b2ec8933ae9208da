import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { shardPaths } from '../gguf/shards.ts';
import { lookAtFile } from './file-look.ts';
import { listDirectory } from './listing.ts';
import { findTwins } from './twins.ts';
import type { LookArgs, ModelFormat, ModelLook } from './types.ts';
import { lookAtWhisperDirectory } from './whisper.ts';

/** One look at a model: its file, all shards of it, or its directory. */
export const lookAtModel: FileOperation<LookArgs, ModelLook> = {
  name: 'model_file.look',
  async run(path, args) {
    const format = args.format ?? (await guessFormat(path));
    return format === 'whisper' ? lookAtWhisperDirectory(path, args) : lookAtFiles(path, format, args);
  },
};

async function guessFormat(path: string): Promise<ModelFormat> {
  if (path.toLowerCase().endsWith('.gguf')) return 'gguf';
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() ? 'whisper' : 'file';
}

async function lookAtFiles(path: string, format: ModelFormat, args: LookArgs): Promise<ModelLook> {
  const listing = await listDirectory(dirname(path));
  const shards = format === 'gguf' ? shardPaths(path) : undefined;
  const kind = format === 'gguf' ? 'gguf' : 'opaque';
  const paths = [path, ...(shards ?? []).filter((each) => each !== path)];
  const files = [];
  for (const each of paths) {
    const options = {
      listing,
      kind: args.content ? kind : undefined,
      user: args.user,
      known: args.known[each],
    } as const;
    files.push(await lookAtFile(each, options));
  }
  const twins = await Promise.all(paths.map((each) => findTwins(each, listing)));
  return { format, files, missing: [], twins: twins.flat() };
}
