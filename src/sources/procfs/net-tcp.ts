import { endianness } from 'node:os';

/** A listening TCP socket. The address is written as in a URL without brackets; an IPv6 one in full, lower case. */
export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  /** The socket's inode, as in the `socket:[N]` of a file descriptor. */
  readonly inode: string;
}

// TCP_LISTEN of the kernel's include/net/tcp_states.h, as /proc/net/tcp writes it.
const listenState = '0A';

/** What a row of /proc/net/tcp or tcp6 is: a listening socket, another socket, or no row at all. */
export function parseTcpRow(row: string, order: 'LE' | 'BE' = endianness()): ListeningSocket | 'other' | undefined {
  const [slot = '', local = '', , state = '', , , , , , inode = ''] = row.trim().split(/\s+/);
  if (!/^\d+:$/.test(slot) || !/^[0-9A-F]{2}$/.test(state)) return undefined;
  if (state !== listenState) return 'other';
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
  if (match === null || !/^\d+$/.test(inode)) return undefined;
  const [, hex = '', port = ''] = match;
  return { address: parseAddress(hex, order), port: Number.parseInt(port, 16), inode };
}

// The kernel prints an address as 32-bit words in its own byte order.
function parseAddress(hex: string, order: 'LE' | 'BE'): string {
  const bytes = Buffer.from(hex, 'hex');
  if (order === 'LE') bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
}
