import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/core/http-client.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/host.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

async function listening(server: Server, at: { port: 0 } | { path: string } = { port: 0 }): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen('path' in at ? at.path : { port: 0, host: '127.0.0.1' }, resolve);
  });
  return 'path' in at ? at.path : `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
}

const serve = (handler: RequestListener): Promise<string> => listening(createServer(handler));

const get = (url: string, extra: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
  createHttpClient().request({ url, timeoutMs: 5_000, maxBodyBytes: 1_000, ...extra });

describe('HTTP client', () => {
  it('gives status, headers and body, on a connection of its own', async () => {
    const url = await serve((request, response) => {
      response.setHeader('x-connection', request.headers.connection ?? '');
      response.writeHead(503).end('{"status":"loading"}');
    });
    expect(await get(url)).toMatchObject({
      status: 503,
      body: '{"status":"loading"}',
      headers: { 'x-connection': 'close' },
    });
  });

  it('posts over a unix socket', async () => {
    const path = join(tmpdir(), `gpunode-http-${process.pid}.sock`);
    const server = createServer((request, response) => {
      request.pipe(response);
    });
    await listening(server, { path });
    const response = await get('http://localhost/RPC2', { socketPath: path, method: 'POST', body: '<call/>' });
    expect(response.body).toBe('<call/>');
  });

  it('settles when the other side wants to speak another protocol', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'));
    });
    expect(await get(await listening(server))).toMatchObject({ status: 101, body: '' });
  });

  it('bounds the body and leaves the rest', async () => {
    const url = await serve((_request, response) => {
      response.on('error', () => undefined);
      const more = setInterval(() => response.write('x'.repeat(500)), 1);
      response.on('close', () => clearInterval(more));
    });
    const { body, bodyTruncated } = await get(url);
    expect(body).toHaveLength(1_000);
    expect(bodyTruncated).toBe(true);
  });

  it('does not follow a redirect', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect((await get(url)).status).toBe(302);
  });

  it.each([
    ['a server that never answers', (): void => undefined],
    ['a body that never ends', (_request, response) => response.write('{')],
  ] satisfies [string, RequestListener][])('times out on %s', async (_what, handler) => {
    const url = await serve(handler);
    await expect(get(url, { timeoutMs: 100 })).rejects.toMatchObject({ name: 'HttpFailure', kind: 'timeout' });
  });

  it('tells a connection that is closed at once', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await expect(get(await listening(server))).rejects.toMatchObject({ kind: 'connection_error' });
  });

  it('tells an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
    await expect(get(await listening(server))).rejects.toMatchObject({ kind: 'connection_error' });
  });

  it.each([
    ['http://127.0.0.1:1/', 'refused'],
    ['http://no-such-host.invalid/', 'dns_error'],
  ])('tells why %s cannot be reached', async (url, kind) => {
    await expect(get(url)).rejects.toMatchObject({ kind });
  });

  it('tells a socket that is not there', async () => {
    await expect(get('http://localhost/', { socketPath: '/no/such.sock' })).rejects.toMatchObject({
      kind: 'not_found',
      code: 'ENOENT',
    });
  });

  it('speaks of TLS when the other side does not speak it', async () => {
    const url = await serve((_request, response) => response.end());
    await expect(get(url.replace('http:', 'https:'))).rejects.toMatchObject({ kind: 'tls_error' });
  });
});
