import { open } from 'node:fs/promises';
import { errorCode } from '../../core/errors.ts';

/** Why one file of one process could not be read. */
export type ReadFailure = 'gone' | 'denied' | 'stuck' | 'error';

// Reads that never came back, each holding a thread of the file agent until its process lets go of it.
const stuck = new Set<string>();
const maxStuck = 8;
const readMs = 250;
const chunkBytes = 64 * 1024;

/**
 * Reads a file below /proc whose reading takes a lock of the process (environ, cmdline, smaps_rollup) and so can hang as
 * long as that process does. Throws the file system's error, or one with the code ETIMEDOUT after a quarter of a second;
 * what hangs is not tried again before it has come back.
 */
export async function readGuarded(file: string, maxBytes: number): Promise<Buffer> {
  if (stuck.has(file) || stuck.size >= maxStuck) throw timedOut(file);
  const reading = readWhole(file, maxBytes);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), readMs);
  const content = await Promise.race([reading, late]).finally(() => clearTimeout(timer));
  if (content !== undefined) return content;
  stuck.add(file);
  const forget = (): boolean => stuck.delete(file);
  reading.then(forget, forget);
  throw timedOut(file);
}

// Files of /proc have no size: read until nothing comes.
async function readWhole(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; bytes < maxBytes;) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, maxBytes - bytes));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

function timedOut(file: string): Error {
  return Object.assign(new Error(`${file} cannot be read within ${readMs} ms`), { code: 'ETIMEDOUT' });
}

export function failureOf(error: unknown): ReadFailure {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ESRCH') return 'gone';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'ETIMEDOUT' ? 'stuck' : 'error';
}
