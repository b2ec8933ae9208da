/** Short pieces of a file that tell its content from another's: the first bytes, and those just before the offset. */
import { createHash } from 'node:crypto';
import type { LogFile } from './open-log.ts';

/** Enough for a time stamp and the beginning of a message; a shorter file gets its fingerprint extended later. */
export const headBytes = 256;
export const anchorBytes = 64;
/** So much content is not that of another file by chance. */
export const tellingBytes = 64;

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
export function readHead(file: LogFile): Promise<Buffer> {
  return readPiece(file, 0, headBytes);
}

/** The bytes just before an offset, up to `anchorBytes`. */
export function readAnchor(file: LogFile, offset: number): Promise<Buffer> {
  const start = Math.max(0, offset - anchorBytes);
  return readPiece(file, start, offset - start);
}

/** The bytes at the offset, fewer at the end of the file. */
export async function readPiece(file: LogFile, offset: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await file.read(buffer, length, offset));
}
