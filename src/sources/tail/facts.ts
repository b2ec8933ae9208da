/** What stat says of one file, in the terms in which the reader compares files. */
import type { BigIntStats } from 'node:fs';
import type { TailPosition } from './types.ts';

export interface FileFacts {
  readonly device: string;
  readonly inode: string;
  /** Milliseconds to the microsecond, undefined where the file system has no birth time. */
  readonly birthMs: number | undefined;
  readonly mtimeMs: number;
  /** Last change of the file or of its names; of a deleted file, when that happened. */
  readonly ctimeMs: number;
  readonly size: number;
  /** Names the file has; 0 after it was deleted. */
  readonly links: number;
  /** Changes whenever the file's content may have changed. */
  readonly stamp: string;
}

export function factsOf(stats: BigIntStats): FileFacts {
  const { dev, ino, birthtimeNs, ctimeNs, mtimeNs, size, nlink } = stats;
  return {
    device: String(dev),
    inode: String(ino),
    birthMs: birthtimeNs > 0n ? milliseconds(birthtimeNs) : undefined,
    mtimeMs: milliseconds(mtimeNs),
    ctimeMs: milliseconds(ctimeNs),
    size: Number(size),
    links: Number(nlink),
    stamp: `${size}:${mtimeNs}:${ctimeNs}`,
  };
}

/** The same file, one of the two being held open, so that its inode number cannot have been given to another. */
export function isSameFile(a: FileFacts, b: FileFacts): boolean {
  return a.inode === b.inode && a.device === b.device;
}

/** May be the file of a saved position, as far as stat can tell: the number may have been given to another file since. */
export function mayBeFileOf(position: TailPosition, facts: FileFacts): boolean {
  if (position.inode !== facts.inode || position.birthMs !== facts.birthMs) return false;
  // Device numbers of overlay and network mounts change when they are mounted again; inode and birth time do not.
  return position.device === facts.device || facts.birthMs !== undefined;
}

/** Born, and last written, not before a time. */
export function isYounger(facts: FileFacts, timeMs: number | undefined): boolean {
  if (facts.birthMs === undefined || timeMs === undefined) return false;
  return facts.birthMs >= timeMs && facts.mtimeMs >= timeMs;
}

function milliseconds(ns: bigint): number {
  return Number(ns / 1000n) / 1000;
}
