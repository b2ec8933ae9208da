/** What stat says of one file, in the terms in which the reader compares files. */
import type { BigIntStats } from 'node:fs';
import type { TailPosition } from './types.ts';

export interface FileFacts {
  readonly device: string;
  readonly inode: string;
  /** Milliseconds to the microsecond, undefined where the file system has no birth time. */
  readonly birthMs: number | undefined;
  /** False where the "birth time" may be the change time, which libuv substitutes when statx is not allowed. */
  readonly birthTrusted: boolean;
  readonly mtimeMs: number;
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
    birthTrusted: birthtimeNs > 0n && birthtimeNs !== ctimeNs,
    mtimeMs: milliseconds(mtimeNs),
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
  if (position.inode !== facts.inode) return false;
  const sameBirth = position.birthMs === facts.birthMs;
  // Device numbers of overlay and network mounts change when they are mounted again; inode and birth time do not.
  if (position.device !== facts.device) return sameBirth && facts.birthTrusted;
  return sameBirth || position.birthMs === undefined || !facts.birthTrusted;
}

/** Born after a saved position's file: a later generation of the log. Never true where birth times cannot be trusted. */
export function isBornAfter(facts: FileFacts, birthMs: number | undefined): boolean {
  return facts.birthTrusted && facts.birthMs !== undefined && birthMs !== undefined && facts.birthMs > birthMs;
}

function milliseconds(ns: bigint): number {
  return Number(ns / 1000n) / 1000;
}
