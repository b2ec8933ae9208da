import type { ByteSource } from '../../../src/sources/gguf/types.ts';

/** A file in memory that counts what is read of it. */
export function memorySource(
  content: Buffer,
  sizeBytes = content.length,
): ByteSource & { readBytes: number; reads: number } {
  return {
    sizeBytes,
    readBytes: 0,
    reads: 0,
    read(buffer, position) {
      const bytes = content.copy(buffer, 0, position);
      this.readBytes += bytes;
      this.reads += 1;
      return Promise.resolve(bytes);
    },
  };
}
