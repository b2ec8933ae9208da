import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import type { FileOperation } from '../../core/host.ts';
import { parseTcpRow } from './net-tcp.ts';
import type { ListeningSocket } from './net-tcp.ts';
import { createPause } from './pause.ts';

// Listening sockets are listed before all others, so a node with a hundred thousand connections costs no more than one
// with ten. Not every /proc keeps that order: so much is read beyond the first other socket.
const maxBytesOfOthers = 64 * 1024;
const maxBytes = 16 * 1024 * 1024;

/** TCP sockets of this network namespace that listen on any of `ports`, IPv4 and IPv6. */
export const readListeners: FileOperation<{ ports: readonly number[] }, ListeningSocket[]> = {
  name: 'procfs.listeners',
  async run(path, { ports }) {
    const wanted = new Set(ports);
    const sockets = await readTable(join(path, 'net', 'tcp'), wanted);
    try {
      return [...sockets, ...(await readTable(join(path, 'net', 'tcp6'), wanted))];
    } catch (error) {
      // A kernel without IPv6 has no such file.
      if (errorCode(error) === 'ENOENT') return sockets;
      throw error;
    }
  },
};

async function readTable(file: string, ports: ReadonlySet<number>): Promise<ListeningSocket[]> {
  const pause = createPause();
  const found: ListeningSocket[] = [];
  const chunk = Buffer.alloc(64 * 1024);
  const fd = openSync(file, 'r');
  try {
    let rest = '';
    let bytesOfOthers = 0;
    for (let bytes = 0; bytes < maxBytes && bytesOfOthers < maxBytesOfOthers;) {
      const bytesRead = readSync(fd, chunk);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      const rows = (rest + chunk.toString('latin1', 0, bytesRead)).split('\n');
      rest = rows.pop() ?? '';
      for (const row of rows) {
        const socket = parseTcpRow(row);
        if (socket === 'other') bytesOfOthers += row.length;
        else if (socket !== undefined && ports.has(socket.port)) found.push(socket);
      }
      await pause();
    }
  } finally {
    closeSync(fd);
  }
  return found;
}
