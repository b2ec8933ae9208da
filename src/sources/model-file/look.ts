import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { shardPaths } from '../gguf/shards.ts';
import { contentKind } from './content.ts';
import type { ContentKind } from './content.ts';
import { lookAtFile } from './file-look.ts';
import { listDirectory } from './listing.ts';
import { findTwins } from './twins.ts';
import type { FileLook, LookArgs, ModelFormat, ModelLook } from './types.ts';
import { lookAtWhisperDirectory } from './whisper.ts';

/** One look at a model: its file, all shards of it, or its directory. */
export const lookAtModel: FileOperation<LookArgs, ModelLook> = {
  name: 'model_file.look',
  async run(path, args) {
    const format = args.format ?? (await guessFormat(path, args.assume ?? 'file'));
    return format === 'whisper' ? lookAtWhisperDirectory(path, args) : lookAtFiles(path, format, args);
  },
};

/** By what is there and what it is called; a file that says neither is what the caller takes it for. */
async function guessFormat(path: string, otherwise: ModelFormat): Promise<ModelFormat> {
  const kind = contentKind(path);
  if (kind === 'gguf') return 'gguf';
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) return 'whisper';
  if (kind !== 'opaque') return 'file';
  return otherwise === 'gguf' || (stats?.isFile() === true && (await hasGgufMagic(path))) ? 'gguf' : otherwise;
}

async function hasGgufMagic(path: string): Promise<boolean> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1') === 'GGUF';
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

async function lookAtFiles(path: string, format: ModelFormat, args: LookArgs): Promise<ModelLook> {
  const listing = await listDirectory(dirname(path));
  const shards = format === 'gguf' ? shardPaths(path) : undefined;
  const paths = [path, ...(shards ?? []).filter((each) => each !== path)];
  const files: FileLook[] = [];
  for (const each of paths) {
    const kind = args.content ? kindFor(format, each) : undefined;
    files.push(await lookAtFile(each, { listing, kind, user: args.user, known: args.known[each] }));
  }
  const twins = await Promise.all(paths.map((each) => findTwins(each, listing)));
  return { format, files, missing: [], twins: twins.flat() };
}

function kindFor(format: ModelFormat, path: string): ContentKind {
  if (format === 'gguf') return 'gguf';
  const kind = contentKind(path);
  // Somebody who calls it a mere file does not want it read as GGUF.
  return kind === 'gguf' ? 'opaque' : kind;
}
