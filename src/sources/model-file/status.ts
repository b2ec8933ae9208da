import type { BigIntStats } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { FileLook, FileStatus } from './types.ts';

/** Identity and size out of a stat with `bigint: true`. */
export function toStatus(stats: BigIntStats, localFileSystem: boolean): FileStatus {
  const { dev, ino, size, blocks, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = stats;
  // Many network and FUSE file systems report no blocks at all.
  const countsBlocks = localFileSystem || blocks > 0n || size === 0n;
  return {
    inode: String(ino),
    sizeBytes: Number(size),
    allocatedBytes: countsBlocks ? Number(blocks) * 512 : undefined,
    mtimeMs: Number(mtimeMs),
    ctimeMs: Number(ctimeMs),
    fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
  };
}

export function kindOf(stats: BigIntStats): NonNullable<FileLook['kind']> {
  if (stats.isFile()) return 'regular';
  return stats.isDirectory() ? 'directory' : 'other';
}

/** Whether the kernel itself keeps the file system, so that its blocks and mode bits mean what they say. */
export async function isLocalFileSystem(path: string): Promise<boolean> {
  try {
    return localTypes.has((await statfs(path)).type);
  } catch {
    return false;
  }
}

// statfs(2): ext2-4, xfs, btrfs, tmpfs, overlayfs, f2fs, zfs, bcachefs.
const localTypes: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e,
]);
