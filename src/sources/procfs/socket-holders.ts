import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { createPause } from './pause.ts';

export interface SocketHolder {
  readonly inode: string;
  readonly pid: number;
  readonly fd: number;
}

/**
 * For each socket the first process, in the order of `pids`, that holds a descriptor of it; none for a socket whose
 * holders are not visible or may not be looked at. `known` are earlier answers: looked at first, so that a quiet node
 * costs one readlink a socket. Reading the links of /proc/PID/fd touches neither the process nor what is linked to.
 */
export const findSocketHolders: FileOperation<
  { inodes: readonly string[]; pids: readonly number[]; known: readonly SocketHolder[] },
  SocketHolder[]
> = {
  name: 'procfs.socket_holders',
  async run(path, { inodes, pids, known }) {
    const pause = createPause();
    const open = new Set(inodes);
    const found: SocketHolder[] = [];
    for (const holder of known) {
      if (open.has(holder.inode) && readSocketInode(path, holder.pid, holder.fd) === holder.inode) {
        open.delete(holder.inode);
        found.push(holder);
      }
    }
    for (const pid of pids) {
      if (open.size === 0) break;
      for (const fd of listDescriptors(join(path, String(pid), 'fd'))) {
        const inode = readSocketInode(path, pid, fd);
        if (inode !== undefined && open.delete(inode)) found.push({ inode, pid, fd });
        await pause();
      }
    }
    return found;
  },
};

function listDescriptors(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number);
  } catch {
    // Gone, or another user's: its sockets stay without a known holder.
    return [];
  }
}

function readSocketInode(path: string, pid: number, fd: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(join(path, String(pid), 'fd', String(fd))))?.[1];
  } catch {
    return undefined;
  }
}
