import { open } from 'node:fs/promises';

const chunkBytes = 64 * 1024;

/** Reads a text file of /proc or /sys, whose size stat does not tell, up to a bound. Throws the file system's error. */
export async function readBounded(file: string, maxBytes: number): Promise<string> {
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
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    await handle.close();
  }
}
