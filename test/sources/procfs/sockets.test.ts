import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readListeners } from '../../../src/sources/procfs/listeners.ts';
import { findSocketHolders } from '../../../src/sources/procfs/socket-holders.ts';
import { temporaryTree } from './fixture.ts';

async function listen(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function rows(state: string, count: number, port: string): string {
  const row = (index: number): string =>
    `${index}: 0100007F:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 ${index} 1 0 100 0 0 10 0`;
  return `${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`;
}

describe('readListeners', () => {
  it('finds real sockets of both families', async () => {
    const [four, six] = [await listen('127.0.0.1'), await listen('::1')];
    const found = await readListeners.run('/proc', { ports: [four, six] });
    expect(found.map(({ address, port }) => ({ address, port }))).toEqual([
      { address: '127.0.0.1', port: four },
      { address: '0:0:0:0:0:0:0:1', port: six },
    ]);
  });

  it('reads only so far into a table of connections', async () => {
    const root = temporaryTree({
      'net/tcp': `header\n${rows('0A', 3, '1F40')}${rows('01', 50_000, '1F40')}${rows('0A', 1, '1F40')}`,
    });
    expect(await readListeners.run(root, { ports: [8000, 8001] })).toHaveLength(3);
  });

  it('finds listening sockets between a few others, where a kernel lists them so', async () => {
    const root = temporaryTree({ 'net/tcp': rows('01', 100, '1F40') + rows('0A', 1, '1F40'), 'net/tcp6': '' });
    expect(await readListeners.run(root, { ports: [8000] })).toHaveLength(1);
  });

  it('fails without the tables', async () => {
    await expect(readListeners.run('/nonexistent', { ports: [1] })).rejects.toThrow('ENOENT');
  });
});

describe('findSocketHolders', () => {
  it('finds who holds a socket, and finds it again at once', async () => {
    const port = await listen('127.0.0.1');
    const [socket] = await readListeners.run('/proc', { ports: [port] });
    const inodes = [socket?.inode ?? '', '1'];
    const found = await findSocketHolders.run('/proc', { inodes, pids: [4_999_999, process.pid], known: [] });
    expect(found).toEqual([{ inode: socket?.inode, pid: process.pid, fd: expect.any(Number) as number }]);
    expect(await findSocketHolders.run('/proc', { inodes, pids: [], known: found })).toEqual(found);
  });

  it('does not trust an earlier answer', async () => {
    const known = [{ inode: '1', pid: process.pid, fd: 0 }];
    expect(await findSocketHolders.run('/proc', { inodes: ['1'], pids: [], known })).toEqual([]);
  });
});
