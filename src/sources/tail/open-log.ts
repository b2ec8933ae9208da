/** Opens a log without ever blocking on what is not one: pipes and devices are refused before and after opening. */
import { constants } from 'node:fs';
import { lstat, open, readlink, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { factsOf } from './facts.ts';
import type { FileFacts } from './facts.ts';
import type { Unreadable } from './types.ts';

export interface OpenLog {
  readonly handle: FileHandle;
  readonly facts: FileFacts;
}

export type Failure = { readonly unreadable: Unreadable };

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
  const before = await statLog(path);
  if ('unreadable' in before) return before;
  let handle: FileHandle | undefined;
  try {
    if (await isOurOwn(path)) return { unreadable: 'not_a_file' };
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

export function unreadableReason(error: unknown): Unreadable {
  const code = errorCode(error) ?? '';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  return code === 'ENXIO' || code === 'EISDIR' ? 'not_a_file' : 'error';
}

const ownFiles = /^\/(proc\/(self|thread-self)\/|dev\/(fd\/|stdin$|stdout$|stderr$))/;
const maxLinks = 16;

/** A "log" such as /dev/stderr names the reader's own files, not the writer's. */
async function isOurOwn(path: string): Promise<boolean> {
  let current = resolve(path);
  for (let links = 0; links < maxLinks; links += 1) {
    if (ownFiles.test(current)) return true;
    if (!(await lstat(current)).isSymbolicLink()) return false;
    current = resolve(dirname(current), await readlink(current));
  }
  return false;
}
