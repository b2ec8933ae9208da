import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/core/http-client.ts';
import { probe } from '../../../src/sources/http-probe/probe.ts';
import type { Expectation, ProbeRequest, Verdict } from '../../../src/sources/http-probe/types.ts';
import { answerJson, createCertificate, freePort, serveHttp, serveHttps, serveTcp } from './servers.ts';

const host = {
  http: createHttpClient(),
  clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
};
const healthy = answerJson(200, { status: 'ok' });
const timeoutMs = 400;

function ask(url: string, more: Partial<ProbeRequest & Expectation> = {}): Promise<Verdict> {
  const { status = [200], kind = 'http', json = { status: 'ok' }, ...request } = more;
  return probe(host, { url, timeoutMs, followRedirects: false, ...request }, { status, kind, json });
}

describe('probe', () => {
  it('is ok on the expected answer', async () => {
    const port = await serveHttp(healthy);
    expect(await ask(`http://127.0.0.1:${port}/health`)).toEqual({ state: 'ok', statusCode: 200 });
  });

  it.each<[string, (socket: import('node:net').Socket) => void, Verdict['state']]>([
    ['a handler that blocks', () => undefined, 'timeout'],
    ['headers that never end', (socket) => void socket.write('HTTP/1.1 200 OK\r\nX-A: 1\r\n'), 'timeout'],
    [
      'a body that never ends',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'),
      'timeout',
    ],
    ['a connection closed at once', (socket) => socket.destroy(), 'connection_error'],
    [
      'a connection closed within the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'),
      'connection_error',
    ],
    ['another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'connection_error'],
  ])('judges %s within the budget', async (_name, serve, state) => {
    const port = await serveTcp((socket) => void socket.once('data', () => serve(socket)));
    const startedMs = performance.now();
    const verdict = await ask(`http://127.0.0.1:${port}/`);
    expect(verdict.state).toBe(state);
    expect(verdict.reason).not.toBe('');
    expect(performance.now() - startedMs).toBeLessThan(timeoutMs + 300);
  });

  it('does not wait for more of a body than it needs', async () => {
    const endless: RequestListener = (_request, response) => {
      response.on('error', () => undefined);
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', write);
      };
      write();
    };
    const port = await serveHttp(endless);
    expect(await ask(`http://127.0.0.1:${port}/`, { json: undefined })).toMatchObject({ state: 'body_mismatch' });
    const verdict = await probe(
      host,
      { url: `http://127.0.0.1:${port}/`, timeoutMs, followRedirects: false },
      { status: [200], kind: 'http', json: undefined },
    );
    expect(verdict).toEqual({ state: 'ok', statusCode: 200 });
  });

  it('is refused where nobody listens', async () => {
    expect(await ask(`http://127.0.0.1:${await freePort()}/`)).toMatchObject({ state: 'refused' });
    expect(await ask(`http://localhost:${await freePort()}/`)).toMatchObject({ state: 'refused' });
  });

  it('knows a name that does not exist', async () => {
    // A label may have 63 letters: the resolver refuses this one without asking a server.
    const verdict = await ask(`http://${'a'.repeat(64)}.example/`, { timeoutMs: 5_000 });
    expect(verdict).toMatchObject({ state: 'dns_error' });
  });

  it('finds a server that listens on IPv6 only, by address and by name', async () => {
    const port = await serveHttp(healthy, '::1');
    expect(await ask(`http://[::1]:${port}/`)).toMatchObject({ state: 'ok' });
    expect(await ask(`http://localhost:${port}/`)).toMatchObject({ state: 'ok' });
  });

  it('finds a server that listens on IPv4 only by name', async () => {
    expect(await ask(`http://localhost:${await serveHttp(healthy)}/`)).toMatchObject({ state: 'ok' });
  });
});

describe('redirects', () => {
  const redirectTo =
    (location: string): RequestListener =>
    (_request, response) =>
      void response.writeHead(302, { location }).end();

  it('are errors unless they are to be followed', async () => {
    const target = await serveHttp(healthy);
    const port = await serveHttp(redirectTo(`http://127.0.0.1:${target}/`));
    expect(await ask(`http://127.0.0.1:${port}/`)).toMatchObject({ state: 'http_error', statusCode: 302 });
    expect(await ask(`http://127.0.0.1:${port}/`, { followRedirects: true })).toMatchObject({ state: 'ok' });
  });

  it('end after a few', async () => {
    let requests = 0;
    const port = await serveHttp((request, response) => {
      requests += 1;
      redirectTo('/again')(request, response);
    });
    const verdict = await ask(`http://127.0.0.1:${port}/`, { followRedirects: true });
    expect(verdict).toMatchObject({ state: 'http_error', statusCode: 302 });
    expect(requests).toBe(6);
  });

  it.each(['file:///etc/passwd', 'http://['])('to %s are not followed', async (location) => {
    const port = await serveHttp(redirectTo(location));
    const verdict = await ask(`http://127.0.0.1:${port}/`, { followRedirects: true });
    expect(verdict).toMatchObject({ state: 'http_error', statusCode: 302 });
  });

  it('carry credentials to the same origin only', async () => {
    const seen: (string | undefined)[] = [];
    const target = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      healthy(request, response);
    });
    const port = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      redirectTo(request.url === '/' ? '/second' : `http://127.0.0.1:${target}/`)(request, response);
    });
    await ask(`http://127.0.0.1:${port}/`, { followRedirects: true, authorization: 'Bearer hunter2' });
    expect(seen).toEqual(['Bearer hunter2', 'Bearer hunter2', undefined]);
  });
});

describe('TLS', () => {
  const keys = createCertificate('IP:127.0.0.1');

  it('is an error without the authority and fine with it', async () => {
    const url = `https://127.0.0.1:${await serveHttps(healthy, keys)}/`;
    expect(await ask(url)).toMatchObject({ state: 'tls_error' });
    expect(await ask(url, { ca: keys.cert })).toEqual({ state: 'ok', statusCode: 200 });
    expect(await ask(url, { ca: createCertificate('IP:127.0.0.1').cert })).toMatchObject({ state: 'tls_error' });
    const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(await ask(url, { ca: garbage })).toMatchObject({ state: 'tls_error' });
  });

  it('is an error when it has expired', async () => {
    const expired = createCertificate('IP:127.0.0.1', -1);
    const url = `https://127.0.0.1:${await serveHttps(healthy, expired)}/`;
    expect(await ask(url, { ca: expired.cert })).toMatchObject({ state: 'tls_error' });
  });

  it('is an error for another name, and where there is none', async () => {
    const url = `https://localhost:${await serveHttps(healthy, keys)}/`;
    expect(await ask(url, { ca: keys.cert })).toMatchObject({ state: 'tls_error' });
    expect(await ask(`https://127.0.0.1:${await serveHttp(healthy)}/`)).toMatchObject({ state: 'tls_error' });
  });

  it('times out in the handshake as elsewhere', async () => {
    const port = await serveTcp(() => undefined);
    expect(await ask(`https://127.0.0.1:${port}/`)).toMatchObject({ state: 'timeout' });
  });
});
