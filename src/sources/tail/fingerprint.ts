/** Short pieces of a file that tell its content from another's: the first bytes, and those just before the offset. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Enough for a time stamp and the beginning of a message; a shorter file gets its fingerprint extended later. */
export const headBytes = 256;
export const anchorBytes = 64;

export interface Fingerprint {
  readonly bytes: number;
  readonly sha1: string;
}

export function fingerprintOf(bytes: Buffer): Fingerprint {
  return { bytes: bytes.length, sha1: createHash('sha1').update(bytes).digest('hex') };
}

/** The bytes are those of the fingerprint, or begin with them. */
export function beginsWith(bytes: Buffer, fingerprint: Fingerprint): boolean {
  if (bytes.length < fingerprint.bytes) return false;
  return fingerprintOf(bytes.subarray(0, fingerprint.bytes)).sha1 === fingerprint.sha1;
}

/** The first bytes of a file, up to `headBytes`. */
export function readHead(handle: FileHandle): Promise<Buffer> {
  return readPiece(handle, 0, headBytes);
}

/** The bytes just before an offset, up to `anchorBytes`. */
export function readAnchor(handle: FileHandle, offset: number): Promise<Buffer> {
  const start = Math.max(0, offset - anchorBytes);
  return readPiece(handle, start, offset - start);
}

/** The bytes at the offset, fewer at the end of the file. */
export async function readPiece(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  if (length === 0) return buffer;
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
