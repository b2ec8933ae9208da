/** Free TCP ports that nobody else gets between our choosing them and a program's binding them. */
import { createServer } from 'node:net';
import type { ListenOptions, Server } from 'node:net';

export interface ReservedPort {
  readonly port: number;
  readonly release: () => void;
}

// Below the range from which the kernel gives ports to outgoing connections.
const firstPort = 20_000;
const lastPort = 32_000;

/**
 * Picks a port that can be bound now. Other users of this function, in whatever process, keep off it until it is released
 * or this process ends: a socket in the abstract namespace, named after the port, is the lock.
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
    const lock = await tryListen({ path: `\0gpunode-port-${port}` });
    if (!lock) continue;
    const server = await tryListen({ port, host: '127.0.0.1' });
    if (server) {
      await new Promise((resolve) => server.close(resolve));
      return { port, release: () => lock.close() };
    }
    lock.close();
  }
  throw new Error(`No free port between ${firstPort} and ${lastPort}`);
}

function tryListen(options: ListenOptions): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(options, () => resolve(server.unref()));
  });
}
