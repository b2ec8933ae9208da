import { execFileSync } from 'node:child_process';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import { createHttpClient } from '../../../src/core/http-client.ts';
import { HttpFailure } from '../../../src/core/host.ts';
import { rpcAddress } from '../../../src/sources/supervisord/address.ts';
import { fetchSnapshot } from '../../../src/sources/supervisord/client.ts';
import type { SupervisordSnapshot } from '../../../src/sources/supervisord/types.ts';
import { answerBodies } from './captures.ts';
import { listen } from './rpc-server.ts';
import type { RpcServer } from './rpc-server.ts';

let server: RpcServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const options = { timeoutMs: 2_000, nowMs: () => 1_795_000_000_000 };
const noCredentials = { username: undefined, password: undefined };

async function ask(answer: RequestListener, timeoutMs = 2_000): Promise<SupervisordSnapshot> {
  server = await listen(answer);
  const address = rpcAddress(`unix://${server.socket}`, { username: 'mon', password: 'sesame' });
  return fetchSnapshot(createHttpClient(), address, { ...options, timeoutMs });
}

const answering =
  (body: string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  };

describe('a snapshot', () => {
  const [multicall = ''] = answerBodies('rpc-multicall.txt');

  test('is one request, with credentials, and holds everything', async () => {
    const requests: IncomingMessage[] = [];
    const snapshot = await ask((request, response) => {
      requests.push(request);
      answering(multicall)(request, response);
    });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /RPC2']);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('mon:sesame').toString('base64')}`);
    const { programs, ...rest } = snapshot;
    expect(rest).toEqual({
      atMs: 1_795_000_000_000,
      state: { code: 1, name: 'RUNNING' },
      pid: 17686,
      version: '4.2.5',
      identification: 'gpunode',
    });
    expect(programs.map(({ program, state }) => `${program} ${state}`).join(', ')).toBe(
      'fastapi 20, llm:llama-server 20, st-backoff 30, st-exited0 100, st-exited3 100, st-fatal 200, ' +
        'st-fatal-nocmd 200, st-fatal-noexec 200, st-sigkilled 100, st-starting 10, st-stopped 0, st-stopping 40, ' +
        'worker-gpu:worker-gpu_00 20, worker-gpu:worker-gpu_01 20',
    );
    expect(programs.find(({ program }) => program === 'st-fatal-nocmd')).toMatchInlineSnapshot(`
      {
        "exitStatus": 0,
        "group": "st-fatal-nocmd",
        "name": "st-fatal-nocmd",
        "nowSeconds": 1795438194,
        "pid": 0,
        "program": "st-fatal-nocmd",
        "spawnError": "can't find command '/nonexistent/worker'",
        "startSeconds": 1795438095,
        "state": 200,
        "stderrLog": "/srv/node/log/st-fatal-nocmd-stderr---gpunode-uet06ts7.log",
        "stdoutLog": "/srv/node/log/st-fatal-nocmd-stdout---gpunode-kfa9_vab.log",
        "stopSeconds": 0,
      }
    `);
  });

  test('a command that supervisord repeats in an error is left out', async () => {
    const secret = multicall.replace(
      "can't find command '/nonexistent/worker'",
      "can't parse command 'llama --api-key hunter2 &quot;': No closing quotation",
    );
    const snapshot = await ask(answering(secret));
    expect(JSON.stringify(snapshot)).not.toContain('hunter2');
  });
});

async function failure(asked: Promise<SupervisordSnapshot>): Promise<[string, string]> {
  const error = await asked.then(
    () => 'an answer',
    (thrown: unknown) => thrown,
  );
  return error instanceof SourceError ? [error.reason, error.message] : ['not a SourceError', String(error)];
}

const [shuttingDown = ''] = answerBodies('shutdown-state.txt');

test.each<[string, RequestListener, string, RegExp]>([
  ['a wrong password', answering('Unauthorized', 401), 'denied', /user name or password/],
  ['another server', answering('not here', 404), 'invalid', /HTTP status 404/],
  ['garbage', answering('hello'), 'invalid', /XML-RPC/],
  ['another XML-RPC server', answering(answerBodies('rpc-getState.txt')[0] ?? ''), 'invalid', /five results/],
  ['too much', answering('x'.repeat(3_000_000)), 'invalid', /longer than/],
  ['a supervisord that shuts down', answering(shuttingDown), 'unavailable', /shutting down/],
  ['a broken connection', ({ socket }) => socket.destroy(), 'unavailable', /connection broke/],
  ['silence', () => undefined, 'timeout', /no answer within 150 ms/],
])('%s', async (_, answer, reason, text) => {
  const [found, message] = await failure(ask(answer, 150));
  expect([found, message]).toEqual([reason, expect.stringMatching(text)]);
  expect(message).not.toContain('sesame');
});

test('a fault among the results is that of the whole', async () => {
  const fault =
    '<value><struct><member><name>faultCode</name><value><int>6</int></value></member>' +
    '<member><name>faultString</name><value><string>SHUTDOWN_STATE</string></value></member></struct></value>';
  const body = `<methodResponse><params><param><value><array><data>${fault.repeat(5)}</data></array></value></param></params></methodResponse>`;
  expect(await failure(ask(answering(body)))).toEqual(['unavailable', expect.stringMatching(/shutting down/)]);
});

describe('nobody there', () => {
  const at = (url: string): Promise<[string, string]> =>
    failure(fetchSnapshot(createHttpClient(), rpcAddress(url, noCredentials), options));

  test('no socket', async () => {
    expect(await at('unix:///nonexistent/supervisor.sock')).toEqual([
      'unavailable',
      expect.stringContaining('/nonexistent/supervisor.sock: no such socket'),
    ]);
  });

  test('a socket that a killed supervisord left behind', async () => {
    server = await listen(() => undefined);
    const stale = join(server.directory, 'stale.sock');
    execFileSync('/usr/bin/python3', [
      '-c',
      `import socket; socket.socket(socket.AF_UNIX).bind(${JSON.stringify(stale)})`,
    ]);
    expect(await at(`unix://${stale}`)).toEqual(['unavailable', expect.stringContaining('nobody listens')]);
  });

  test('no permission', async () => {
    const http = { request: () => Promise.reject(new HttpFailure('denied', 'connect EACCES', 'EACCES')) };
    const address = rpcAddress('unix:///run/supervisor.sock', noCredentials);
    expect(await failure(fetchSnapshot(http, address, options))).toEqual([
      'denied',
      expect.stringContaining('chmod=') as string,
    ]);
  });

  test('a closed port', async () => {
    expect(await at('http://127.0.0.1:1')).toEqual(['unavailable', expect.stringContaining('127.0.0.1:1')]);
  });
});

test.each([
  ['unix:///run/s.sock', '/run/s.sock', 'http://localhost/RPC2', '/run/s.sock'],
  ['http://127.0.0.1:9001', '127.0.0.1:9001', 'http://127.0.0.1:9001/RPC2', undefined],
  ['https://node:9001/x/RPC2', 'node:9001', 'https://node:9001/x/RPC2', undefined],
])('the address %s', (given, name, url, socketPath) => {
  expect(rpcAddress(given, noCredentials)).toEqual({ name, url, socketPath, ...noCredentials });
});

test('credentials in the URL count, and are not in its name', () => {
  const address = rpcAddress('http://mon:se%2Fsame@node:9001', noCredentials);
  expect(address).toMatchObject({ name: 'node:9001', username: 'mon', password: 'se/same' });
  expect(address.url).toBe('http://node:9001/RPC2');
  expect(rpcAddress('http://mon:x@node', { username: 'other', password: 'y' })).toMatchObject({ username: 'other' });
});

test.each(['unix://relative.sock', 'ftp://node', 'node:9001', '', 'http://%zz@node'])('no address: %s', (url) => {
  expect(() => rpcAddress(url, noCredentials)).toThrow(SourceError);
});
