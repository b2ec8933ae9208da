import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestListener } from 'node:http';
import { errorCode, errorMessage } from '../core/errors.ts';
import type { TlsFiles } from './web-config.ts';

/** The address cannot be parsed or listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(problem: string) {
    super(`--web.listen-address: ${problem}`);
  }
}

export interface ListenAddress {
  /** Undefined: every address of the machine, IPv6 and IPv4. */
  readonly host: string | undefined;
  readonly port: number;
}

/** `:10042`, `127.0.0.1:10042` or `[::1]:10042`; throws `ListenError`. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new ListenError(`found ${text}, expected HOST:PORT, [IPv6]:PORT or :PORT`);
  return { host: match[1] ?? (match[2] === '' ? undefined : match[2]), port };
}

export interface Listener {
  /** Where it really listens, as `host:port` for a URL. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Listens on one address, with TLS where configured. Throws `ListenError`. */
export async function listen(
  { host, port }: ListenAddress,
  handler: RequestListener,
  tls: TlsFiles | undefined,
): Promise<Listener> {
  // A scrape is one small request: whoever is slower than this holds a connection for nothing.
  const limits = {
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    // How often these two are looked at.
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: 75_000,
  };
  const server = tls === undefined ? createServer(limits, handler) : createTlsServer({ ...limits, ...tls }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, host, port)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => resolve());
  });
  return { address: addressOf(server.address() as AddressInfo), close: () => close(server) };
}

function explain(error: Error, host: string | undefined, port: number): ListenError {
  const where = `${host ?? ''}:${port}`;
  const code = errorCode(error);
  if (code === 'EADDRINUSE') return new ListenError(`${where} is already in use by another process`);
  if (code === 'EACCES') return new ListenError(`not permitted to listen on ${where}`);
  return new ListenError(`cannot listen on ${where}: ${errorMessage(error)}`);
}

function addressOf({ address, family, port }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
