import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/core/http-client.ts';
import type { HttpResponse } from '../../src/core/host.ts';
import { createWebApp } from '../../src/web/app.ts';
import type { WebContent } from '../../src/web/app.ts';
import { listen, ListenError, parseListenAddress } from '../../src/web/listen.ts';
import type { Listener } from '../../src/web/listen.ts';
import { loadWebConfig } from '../../src/web/web-config.ts';
import { webContent } from '../support/web-content.ts';

const listeners: Listener[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-web-'));
});

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(extra: Partial<WebContent> = {}, tls?: Parameters<typeof listen>[2]): Promise<string> {
  const app = createWebApp(webContent(extra));
  const listener = await listen(parseListenAddress('127.0.0.1:0'), app, tls);
  listeners.push(listener);
  return `${tls ? 'https' : 'http'}://${listener.address}`;
}

const get = (url: string, extra: object = {}): Promise<HttpResponse> =>
  createHttpClient().request({ url, timeoutMs: 5_000, maxBodyBytes: 100_000, ...extra });

const basic = (credentials: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

describe('HTTP', () => {
  it('serves metrics as text format 0.0.4 with strict headers and without etag', async () => {
    const { status, body, headers } = await get(`${await start()}/metrics`);
    expect({ status, body }).toEqual({ status: 200, body: 'gpunode_exporter_state_saved 1\n' });
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(headers['etag'] ?? headers['x-powered-by']).toBeUndefined();
  });

  it('serves the checklist as JSON, and the schema of it', async () => {
    const base = await start();
    expect(JSON.parse((await get(`${base}/api/checklist`)).body)).toEqual({
      verdict: 'unknown',
      generated_at: '2026-01-02T03:04:05.000Z',
      items: [],
    });
    const schema: unknown = JSON.parse((await get(`${base}/api/checklist/schema`)).body);
    expect(schema).toMatchObject({ required: ['verdict', 'generated_at', 'items'] });
  });

  it('serves metrics elsewhere if told so', async () => {
    const base = await start({ telemetryPath: '/probe' });
    expect((await get(`${base}/probe`)).status).toBe(200);
    expect((await get(`${base}/metrics`)).status).toBe(404);
  });

  it('is healthy always, and ready when every collector has an outcome', async () => {
    const base = await start({ waitingFor: () => ['gpu', 'logs'] });
    expect((await get(`${base}/-/healthy`)).status).toBe(200);
    const ready = await get(`${base}/-/ready`);
    expect(ready).toMatchObject({ status: 503, body: 'waiting for the first round of: gpu, logs\n' });
    expect((await get(`${await start()}/-/ready`)).status).toBe(200);
  });

  it('links what it has on its first page', async () => {
    const { status, body } = await get(`${await start()}/`);
    expect(status).toBe(200);
    expect(body).toContain('href="/metrics"');
    expect(body).toContain('1.2.3');
  });

  it('answers HEAD without a body and refuses to be written to', async () => {
    const base = await start();
    expect(await get(`${base}/metrics`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await get(`${base}/metrics`, { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD', 'x-content-type-options': 'nosniff' },
      });
    }
  });

  it('answers nonsense without saying what went wrong inside', async () => {
    const { status, body } = await get(`${await start()}/%E0%A4%A`);
    expect([400, 404]).toContain(status);
    expect(body).not.toMatch(/at .*\.(ts|js)/);
  });

  it('listens on what it is told, and says why it cannot', async () => {
    expect(parseListenAddress(':10042')).toEqual({ host: undefined, port: 10_042 });
    expect(parseListenAddress('[::1]:9')).toEqual({ host: '::1', port: 9 });
    for (const text of ['10042', 'a:b', ':99999', '::1:9', '']) {
      expect(() => parseListenAddress(text)).toThrow(ListenError);
    }
    const port = Number((await start()).split(':').at(-1));
    await expect(listen({ host: '127.0.0.1', port }, () => undefined, undefined)).rejects.toThrow('already in use');
  });
});

describe('web configuration', () => {
  const webConfig = (text: string): string => {
    const file = join(folder, 'web.yml');
    writeFileSync(file, text);
    return file;
  };

  it('asks for credentials, and does not ask twice for the price of bcrypt', async () => {
    const { users } = loadWebConfig(webConfig(`basic_auth_users:\n  prometheus: ${hashSync('s3cret', 4)}\n`));
    const base = await start({ users });
    const as = (credentials: string): Promise<HttpResponse> => get(`${base}/metrics`, { headers: basic(credentials) });
    expect(await get(`${base}/metrics`)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="gpunode-exporter"' },
    });
    expect((await as('prometheus:s3cret')).status).toBe(200);
    expect((await as('prometheus:s3cret')).status).toBe(200);
    for (const wrong of ['prometheus:', 'prometheus:S3cret', 'other:s3cret', 'prometheus']) {
      expect((await as(wrong)).status).toBe(401);
    }
  });

  it('answers whom it knows while somebody guesses', async () => {
    const base = await start({ users: new Map([['prometheus', hashSync('s3cret', 10)]]) });
    const as = (credentials: string): Promise<HttpResponse> => get(`${base}/metrics`, { headers: basic(credentials) });
    expect((await as('prometheus:s3cret')).status).toBe(200);
    let answered = 0;
    const guesses = Array.from({ length: 20 }, async (_, index) => {
      const { status } = await as(`prometheus:${index}`);
      answered += 1;
      return status;
    });
    expect((await as('prometheus:s3cret')).status).toBe(200);
    expect(answered).toBeLessThan(10);
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([401]));
  });

  it('serves TLS', async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1';
    const made = spawnSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert]);
    expect(made.status).toBe(0);
    const { tls } = loadWebConfig(webConfig('tls_server_config: { cert_file: cert.pem, key_file: key.pem }\n'));
    const base = await start({}, tls);
    await expect(get(`${base}/metrics`)).rejects.toMatchObject({ kind: 'tls_error' });
    expect((await get(`${base}/metrics`, { ca: tls?.cert.toString() })).status).toBe(200);
  });

  it('takes keys with nothing below them for absent', () => {
    const config = loadWebConfig(webConfig('tls_server_config:\nbasic_auth_users:\n  # prometheus: …\n'));
    expect(config).toEqual({ tls: undefined, users: new Map() });
  });

  it.each([
    ['tls_server_config: {}\n', 'tls_server_config.cert_file: found nothing, expected a text'],
    [
      'http_server_config: {}\n',
      'http_server_config: unknown key, expected one of tls_server_config, basic_auth_users',
    ],
    ['basic_auth_users: hunter2\n', 'basic_auth_users: found "<secret>", expected a mapping'],
    ['basic_auth_users: { a: hunter2 }\n', 'basic_auth_users.a: found "<secret>", expected a bcrypt hash'],
    ['basic_auth_users: { a: hunter2, a: hunter2 }\n', 'cannot be read: Map keys must be unique'],
    ['basic_auth_users: { a: hunter2\n', 'cannot be read: '],
    ['tls_server_config: { cert_file: web.yml, key_file: web.yml }\n', 'tls_server_config cannot be used: '],
    ['tls_server_config: { cert_file: none.pem, key_file: none.pem }\n', 'none.pem cannot be read'],
  ])('refuses %j', (text, problem) => {
    expect(() => loadWebConfig(webConfig(text))).toThrow(problem);
    expect(() => loadWebConfig(webConfig(text))).not.toThrow('hunter2');
  });
});
