import { realpath, statfs } from 'node:fs/promises';
import type { FileOperation } from '../../core/host.ts';
import { readBounded } from '../machine/read-bounded.ts';
import { findMount } from './find-mount.ts';
import { parseMountInfo } from './mountinfo.ts';
import type { Mount } from './mountinfo.ts';

// A host with thousands of containers has a megabyte of mounts.
const maxBytes = 8 * 1024 * 1024;

export interface FilesystemUsage {
  /** The path without symbolic links. */
  readonly realPath: string;
  /** Absent where the file system does not say (pseudo file systems, some FUSE ones). */
  readonly sizeBytes?: number;
  /** What unprivileged users may still write. */
  readonly availableBytes?: number;
}

/** Asks the file system itself, which hangs as long as its server does. Rejects with its errno. */
export const readFilesystem: FileOperation<null, FilesystemUsage> = {
  name: 'mounts.filesystem',
  async run(path) {
    const { bsize, frsize, blocks, bavail } = await statfs(path);
    const realPath = await realpath(path);
    if (blocks <= 0) return { realPath };
    // Blocks are counted in fragments, which FUSE may make smaller than its blocks; Node 22 tells only the latter.
    const unit = frsize || bsize;
    return { realPath, sizeBytes: blocks * unit, availableBytes: Math.min(bavail, blocks) * unit };
  },
};

/** The mount of each path (absolute, without symbolic links) by the mountinfo file; touches none of these paths. */
export const findMounts: FileOperation<{ paths: readonly string[] }, Record<string, Mount>> = {
  name: 'mounts.find',
  async run(mountInfoPath, { paths }) {
    const mounts = parseMountInfo(await readBounded(mountInfoPath, maxBytes));
    const found = paths.flatMap((path) => {
      const mount = findMount(mounts, path);
      return mount === undefined ? [] : [[path, mount] as const];
    });
    return Object.fromEntries(found);
  },
};

export const mountOperations = [readFilesystem, findMounts] as const;
