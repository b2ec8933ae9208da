import type { ByteSource } from '../gguf/types.ts';

export interface ZeroParts {
  readonly zeroTail: boolean;
  readonly zeroData: boolean;
}

/**
 * Whether the last and the first bytes of a stretch are all zero. How much is looked at grows with the stretch, so that a
 * model that merely ends in a small zero tensor is not suspected.
 */
export async function findZeroParts(source: ByteSource, start: number, end: number): Promise<ZeroParts> {
  const length = end - start;
  if (length < minBytes) return { zeroTail: false, zeroData: false };
  const bytes = Math.min(Math.max(Math.floor(length / 1024), minBytes), maxBytes);
  const zeroTail = await isZero(source, end - bytes, bytes);
  return { zeroTail, zeroData: zeroTail && (await isZero(source, start, bytes)) };
}

const minBytes = 4096;
const maxBytes = 64 * 1024;

async function isZero(source: ByteSource, position: number, bytes: number): Promise<boolean> {
  const buffer = Buffer.alloc(bytes);
  const filled = buffer.subarray(0, await source.read(buffer, position));
  return filled.length > 0 && filled.compare(zeros, 0, filled.length) === 0;
}

const zeros = Buffer.alloc(maxBytes);
