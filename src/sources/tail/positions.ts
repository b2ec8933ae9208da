/** Positions that come back from a disk. */
import type { TailPosition } from './types.ts';

/** The position, or undefined if the value is none: then the log is read as if for the first time. */
export function parseTailPosition(value: unknown): TailPosition | undefined {
  if (!isRecord(value)) return undefined;
  const { path, device, inode, birthMs, fingerprint, offset, anchor, seenBytes, writtenMs, turn, insideLine } = value;
  if (typeof path !== 'string' || typeof device !== 'string' || typeof inode !== 'string') return undefined;
  if (!isFingerprint(fingerprint) || !isCount(offset)) return undefined;
  return {
    path,
    device,
    inode,
    birthMs: typeof birthMs === 'number' ? birthMs : undefined,
    fingerprint: { bytes: fingerprint.bytes, sha1: fingerprint.sha1 },
    offset,
    ...(isFingerprint(anchor) && anchor.bytes <= offset && { anchor: { bytes: anchor.bytes, sha1: anchor.sha1 } }),
    ...(isCount(seenBytes) && { seenBytes }),
    ...(typeof writtenMs === 'number' && { writtenMs }),
    ...(isCount(turn) && { turn }),
    ...(insideLine === true && { insideLine }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFingerprint(value: unknown): value is TailPosition['fingerprint'] {
  return isRecord(value) && isCount(value['bytes']) && value['bytes'] <= 4096 && typeof value['sha1'] === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
