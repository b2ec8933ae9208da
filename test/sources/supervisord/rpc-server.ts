import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RpcServer {
  readonly directory: string;
  readonly socket: string;
  close(): Promise<void>;
}

/** Something that listens where supervisord would; the directory goes when it is closed. */
export async function listen(answer: RequestListener): Promise<RpcServer> {
  const directory = mkdtempSync(join(tmpdir(), 'rpc-'));
  const socket = join(directory, 'supervisor.sock');
  const server = createServer(answer).listen(socket);
  await once(server, 'listening');
  return {
    directory,
    socket,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(directory, { recursive: true });
    },
  };
}
