import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SourceError } from '../../core/contract.ts';
import { errorCode } from '../../core/errors.ts';
import type { ByteSource } from '../gguf/types.ts';
import { mayRead } from './access.ts';
import { readContent } from './content.ts';
import type { ContentKind } from './content.ts';
import type { Listing } from './listing.ts';
import { isLocalFileSystem, kindOf, toStatus } from './status.ts';
import type { FileContent, FileLook, FileStatus, ProgramUser } from './types.ts';
import { lookBothWays } from './visibility.ts';

export interface FileLookOptions {
  readonly listing: Listing;
  readonly kind: ContentKind | undefined;
  readonly user: ProgramUser | undefined;
  /** The fingerprint that the file had when its content was last read. */
  readonly known: string | undefined;
}

/** Looks at one file from all sides. */
export async function lookAtFile(path: string, options: FileLookOptions): Promise<FileLook> {
  const { stats, ...visibility } = await lookBothWays(path, options.listing);
  const { present, listed, danglingLink, statError } = visibility;
  const seen: FileLook = {
    path,
    danglingLink,
    ...(present === undefined ? {} : { present }),
    ...(listed === undefined ? {} : { listed }),
    ...(statError === undefined ? {} : { statError }),
  };
  if (stats === undefined) {
    // What cannot be looked up cannot be opened either; what does not exist is no matter of reading.
    return statError === undefined || present === false ? seen : { ...seen, opened: false, openError: statError };
  }
  const kind = kindOf(stats);
  if (kind !== 'regular') return { ...seen, kind };
  const local = await isLocalFileSystem(path);
  const opened = await openAndRead(path, local, options);
  const allowed = local && options.user !== undefined ? await mayRead(path, options.user) : undefined;
  return {
    ...seen,
    kind,
    status: toStatus(stats, local),
    ...opened,
    ...(allowed === undefined ? {} : { allowed }),
  };
}

type Opened = Pick<FileLook, 'opened' | 'openError' | 'content' | 'status'>;

async function openAndRead(path: string, local: boolean, { kind, known }: FileLookOptions): Promise<Opened> {
  let handle: FileHandle | undefined;
  try {
    // Not blocking: it may have become a FIFO since.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = toStatus(await handle.stat({ bigint: true }), local);
    // On network file systems it is the first read that fails.
    await handle.read(Buffer.alloc(1), 0, 1, 0);
    if (kind === undefined || status.fingerprint === known) return { opened: true, status };
    const content = await contentOf(handle, kind, status);
    return { opened: true, status, ...(content === undefined ? {} : { content }) };
  } catch (error) {
    return { opened: false, openError: errorCode(error) ?? 'error' };
  } finally {
    await handle?.close();
  }
}

/** Undefined when it takes too long: that says something of the disk, and nothing of the file. */
async function contentOf(
  handle: FileHandle,
  kind: ContentKind,
  { sizeBytes, fingerprint }: FileStatus,
): Promise<FileContent | undefined> {
  const source: ByteSource = {
    sizeBytes,
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
  };
  try {
    return await readContent(source, kind, fingerprint);
  } catch (error) {
    if (error instanceof SourceError && error.reason === 'timeout') return undefined;
    throw error;
  }
}
