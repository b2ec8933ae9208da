import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** The file is no ELF file that can be loaded: why, in a word that is fit for a log line. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
  readonly problem: 'not_elf' | 'truncated' | 'damaged';

  constructor(problem: ElfError['problem'], message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Positioned reads of a file that may be cut short or lie about its own layout. */
export interface ElfBytes {
  readonly sizeBytes: number;
  /** Exactly `length` bytes; throws `ElfError` where the file ends before. */
  read(offset: number, length: number): Promise<Buffer>;
  /** At most `length` bytes, fewer at the end of the file. */
  readUpTo(offset: number, length: number): Promise<Buffer>;
}

// What a header may ask for at once; symbol tables are never read.
const maxReadBytes = 1024 * 1024;

/** Opens a regular file for `use` and closes it again. Throws the file system's error. */
export async function withElfBytes<T>(path: string, use: (bytes: ElfBytes) => Promise<T>): Promise<T> {
  // Opening a pipe would wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ElfError('not_elf', `${path} is not a regular file`);
    return await use(bytesOf(handle, stats.size));
  } finally {
    await handle.close();
  }
}

function bytesOf(handle: FileHandle, sizeBytes: number): ElfBytes {
  async function readUpTo(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || offset < 0) throw new ElfError('damaged', `an offset of ${offset}`);
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, maxReadBytes, sizeBytes - offset)));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  }

  return {
    sizeBytes,
    readUpTo,
    async read(offset, length) {
      if (length > maxReadBytes) throw new ElfError('damaged', `a table of ${length} bytes`);
      const buffer = await readUpTo(offset, length);
      if (buffer.length < length) throw new ElfError('truncated', `the file ends before byte ${offset + length}`);
      return buffer;
    },
  };
}
