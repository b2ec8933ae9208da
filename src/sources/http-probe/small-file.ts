import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileOperation } from '../../core/host.ts';

export interface SmallFile {
  /** Changes with the file; hand it back to be told that nothing has changed. */
  readonly version: string;
  /** Absent when the file is still `known`. */
  readonly text?: string;
}

// A bundle with all of the system's certificate authorities has a quarter of a megabyte.
const maxBytes = 1024 * 1024;

/** Reads a credential or certificate file as text, unless it is still the version that is known. */
export const readSmallFile: FileOperation<{ known?: string }, SmallFile> = {
  name: 'http_probe.small_file',
  async run(path, { known }) {
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile()) throw new Error('not a regular file');
      if (stat.size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
      const version = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':');
      return version === known ? { version } : { version, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  },
};
