/** Opens a log without ever blocking on what is not one: pipes and devices are refused before and after opening. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../../core/errors.ts';
import { factsOf } from './facts.ts';
import type { FileFacts } from './facts.ts';
import { linkTarget } from './links.ts';
import type { Unreadable } from './types.ts';

/** A file that is held open and read at any offset. */
export interface LogFile {
  facts(): Promise<FileFacts>;
  /** Reads up to `length` bytes into the buffer's beginning; fewer only at the end of the file. */
  read(buffer: Buffer, length: number, offset: number): Promise<number>;
  close(): Promise<void>;
}

export interface OpenLog {
  readonly file: LogFile;
  readonly facts: FileFacts;
}

export interface Failure {
  readonly unreadable: Unreadable;
}

/** What is at the path now; only a regular file is a log. */
export async function statLog(path: string): Promise<FileFacts | Failure> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? factsOf(stats) : { unreadable: 'not_a_file' };
  } catch (error) {
    return { unreadable: unreadableReason(error) };
  }
}

export async function openLog(path: string): Promise<OpenLog | Failure> {
  const opened = await openHandle(path);
  if ('unreadable' in opened) return opened;
  return { file: plainFile(opened.handle), facts: opened.facts };
}

export async function openHandle(path: string): Promise<{ handle: FileHandle; facts: FileFacts } | Failure> {
  const before = await statLog(path);
  if ('unreadable' in before) return before;
  let handle: FileHandle | undefined;
  try {
    if (ownFiles.test(await linkTarget(path))) return { unreadable: 'not_a_file' };
    // The path may have become a pipe since: O_NONBLOCK opens that at once, and fstat tells.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return { handle, facts: factsOf(stats) };
    await handle.close();
    return { unreadable: 'not_a_file' };
  } catch (error) {
    await handle?.close().catch(() => undefined);
    return { unreadable: unreadableReason(error) };
  }
}

/** A "log" such as /dev/stderr names the reader's own files, not the writer's. */
const ownFiles = /^\/(proc\/(self|thread-self)\/|dev\/(fd\/|stdin$|stdout$|stderr$))/;

function unreadableReason(error: unknown): Unreadable {
  const code = errorCode(error) ?? '';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  return code === 'ENXIO' || code === 'EISDIR' ? 'not_a_file' : 'error';
}

function plainFile(handle: FileHandle): LogFile {
  return {
    facts: async () => factsOf(await handle.stat({ bigint: true })),
    async read(buffer, length, offset) {
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return bytesRead;
    },
    close: () => handle.close(),
  };
}
