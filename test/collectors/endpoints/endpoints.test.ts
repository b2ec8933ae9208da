import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endpointsModule } from '../../../src/collectors/endpoints/index.ts';
import { invalidSample, seriesKey } from '../../../src/core/validate.ts';
import {
  answerJson,
  createCertificate,
  freePort,
  serveHttp,
  serveHttps,
  serveTcp,
} from '../../sources/http-probe/servers.ts';
import { createBench, stateOf } from './bench.ts';

const healthy = answerJson(200, { status: 'ok' });
const loading = answerJson(503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } });

function target(port: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'api', url: `http://127.0.0.1:${port}/health`, program: 'fastapi', json: { status: 'ok' }, ...more };
}

function temporaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'endpoints-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'file'), content);
  return join(folder, 'file');
}

describe('endpoints', () => {
  it('says all there is to say of a healthy endpoint', async () => {
    const { round, lines } = createBench([target(await serveHttp(healthy))]);
    const { outcome, values, fact } = await round();
    expect(values).toEqual({
      up: 1,
      status_code: 200,
      slow_threshold_seconds: 1,
      'probes_total{success}': 1,
      'probes_total{failure}': 0,
      last_success_timestamp_seconds: expect.closeTo(Date.now() / 1000, -1) as number,
      'state{ok}': 1,
      'state{loading}': 0,
      'state{refused}': 0,
      'state{timeout}': 0,
      'state{dns_error}': 0,
      'state{tls_error}': 0,
      'state{connection_error}': 0,
      'state{http_error}': 0,
      'state{body_mismatch}': 0,
      'state{stranger}': 0,
      // Without a supervisord nobody can tell whose socket it is, and the answer counts.
      'listeners{program}': 0,
      'listeners{other}': 0,
      'listeners{unknown}': 1,
    });
    expect(fact).toMatchObject({ target: 'api', program: 'fastapi', state: 'ok', statusCode: 200 });
    expect(outcome.samples.map(invalidSample).filter(Boolean)).toEqual([]);
    expect(new Set(outcome.samples.map(seriesKey)).size).toBe(outcome.samples.length);
    expect(lines).toEqual([]);
  });

  it('follows an endpoint through its states, logging each change once and without secrets', async () => {
    let answer: RequestListener = answerJson(500, { password: 'hunter2' });
    const port = await serveHttp((request, response) => answer(request, response));
    const { round, lines } = createBench([target(port)]);
    expect(stateOf(await round())).toBe('http_error');
    const second = await round();
    expect(second.values).toMatchObject({ up: 0, status_code: 500, 'probes_total{failure}': 2 });
    expect(second.values).not.toHaveProperty('last_success_timestamp_seconds');
    answer = healthy;
    const third = await round();
    expect(stateOf(third)).toBe('ok');
    expect(third.outcome.events).toMatchObject([{ kind: 'endpoint', subject: 'api', detail: 'http_error to ok' }]);
    answer = answerJson(200, { status: 'hunter2' });
    expect(stateOf(await round())).toBe('body_mismatch');
    expect(lines.map(({ level, fields }) => [level, fields['state'], fields['reason']])).toEqual([
      ['warn', 'http_error', 'status 500, expected 200'],
      ['info', 'ok', undefined],
      ['warn', 'body_mismatch', 'the body does not contain {"status":"ok"}'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('probes all targets at once: a hanging one costs the others nothing', async () => {
    const hanging = await serveTcp(() => undefined);
    const targets = [target(hanging), target(hanging, { name: 'b' }), target(await serveHttp(healthy), { name: 'c' })];
    const { round } = createBench(targets, { timeout: '600ms' });
    const startedMs = performance.now();
    const { outcome } = await round();
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(outcome.facts.endpoints.map(({ state }) => state)).toEqual(['timeout', 'timeout', 'ok']);
    expect(outcome.facts.endpoints[0]?.durationSeconds).toBeCloseTo(0.6, 1);
  });

  it('has no status without a response', async () => {
    const { round } = createBench([target(await freePort())]);
    const first = await round();
    expect(stateOf(first)).toBe('refused');
    expect(first.values).not.toHaveProperty('status_code');
    expect(first.values).toMatchObject({ 'listeners{program}': 0, 'listeners{other}': 0, 'listeners{unknown}': 0 });
  });

  it('tells loading from failing, for llama only', async () => {
    const port = await serveHttp(loading);
    const llama = createBench([target(port, { kind: 'llama', loading_budget: '7m', json: undefined })]);
    const first = await llama.round();
    expect(stateOf(first)).toBe('loading');
    expect(first.values).toMatchObject({ up: 0, loading_budget_seconds: 420, 'probes_total{failure}': 1 });
    expect(llama.lines.map(({ level }) => level)).toEqual(['info']);
    const http = await createBench([target(port)]).round();
    expect(stateOf(http)).toBe('http_error');
    expect(http.values).not.toHaveProperty('loading_budget_seconds');
  });

  it('does not take any page on llama’s port for llama', async () => {
    const port = await serveHttp((_request, response) => void response.end('<html>It works!</html>'));
    const { round } = createBench([target(port, { kind: 'llama', json: undefined })]);
    expect(stateOf(await round())).toBe('body_mismatch');
  });

  it('counts durations in cumulative buckets', async () => {
    const { round } = createBench([target(await serveTcp(() => undefined))], { timeout: '300ms' });
    await round();
    const { outcome } = await round();
    const durations = outcome.samples.find(({ metric }) => metric.type === 'histogram')?.value;
    expect(durations).toMatchObject({ buckets: [0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2], count: 2 });
  });

  it('does not hold an endpoint for hanging when the exporter stops', async () => {
    const { round } = createBench([target(await serveTcp(() => undefined))], { timeout: '10s' });
    const stopping = new AbortController();
    const running = round(stopping.signal);
    setTimeout(() => stopping.abort(), 20);
    await expect(running).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('watches nothing when nothing is configured', () => {
    const config = endpointsModule.configSchema.parse({ targets: [] });
    expect(endpointsModule.create(config, {} as never)).toBeUndefined();
  });
});

describe('credentials', () => {
  it('come from files, read again when they change', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      healthy(request, response);
    });
    const file = temporaryFile('first\n');
    const { round, lines } = createBench([target(port, { bearer_token_file: file })]);
    await round();
    writeFileSync(file, 'second-token\n');
    await round();
    unlinkSync(file);
    await round();
    await round();
    expect(seen).toEqual(['Bearer first', 'Bearer second-token', 'Bearer second-token', 'Bearer second-token']);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('token-');
  });

  it('can be a name and a password', async () => {
    let seen: string | undefined;
    const port = await serveHttp((request, response) => {
      seen = request.headers.authorization;
      healthy(request, response);
    });
    await createBench([target(port, { username: 'prom', password_file: temporaryFile('p:ä\n') })]).round();
    expect(Buffer.from(seen?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('prom:p:ä');
  });

  it.each([
    [undefined, 'ENOENT'],
    ['two\r\nX-Evil: lines', 'holds no token'],
    ['', 'holds no token'],
  ])('that are not there (%j) leave an endpoint unasked, not down', async (content, reason) => {
    const file = content === undefined ? '/nonexistent/token' : temporaryFile(content);
    let requests = 0;
    const port = await serveHttp((request, response) => {
      requests += 1;
      healthy(request, response);
    });
    const { round, lines } = createBench([target(port, { bearer_token_file: file }), target(port, { name: 'other' })]);
    await round();
    const { values, outcome, fact } = await round();
    expect(Object.keys(values).filter((key) => /^(up|state|status)/.test(key))).toEqual([]);
    expect(values).toMatchObject({ 'probes_total{success}': 0, 'probes_total{failure}': 0 });
    expect(fact).toMatchObject({ unprobed: expect.stringContaining(reason) as string });
    expect(fact).not.toHaveProperty('state');
    expect(outcome.facts.endpoints[1]).toMatchObject({ state: 'ok' });
    expect(lines).toHaveLength(1);
    expect(requests).toBe(2);
  });

  it('include the authority of a certificate', async () => {
    const keys = createCertificate('IP:127.0.0.1');
    const url = `https://127.0.0.1:${await serveHttps(healthy, keys)}/`;
    const file = temporaryFile(keys.cert);
    expect(stateOf(await createBench([target(0, { url, ca_file: file })]).round())).toBe('ok');
    expect(stateOf(await createBench([target(0, { url })]).round())).toBe('tls_error');
  });
});

describe('descriptors', () => {
  const count = (): number => readdirSync('/proc/self/fd').length;

  it('are not left behind over ten thousand probes', async () => {
    const ports = [
      await serveHttp(healthy),
      await serveTcp((socket) => socket.destroy()),
      await freePort(),
      await serveTcp((socket) => socket.resume().end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')),
      await serveHttp((_request, response) => void response.end('x'.repeat(100_000))),
    ];
    const perRound = 250;
    const { round } = createBench(
      Array.from({ length: perRound }, (_, index) => target(ports[index % ports.length] ?? 0, { name: `${index}` })),
      { timeout: '10s' },
    );
    await round();
    const before = count();
    for (let probes = 0; probes < 10_000; probes += perRound) await round();
    await expect.poll(count).toBeLessThan(before + 10);
  }, 60_000);

  it('are not left behind by servers that hang', async () => {
    const port = await serveTcp((socket) => socket.resume());
    const targets = Array.from({ length: 200 }, (_, index) => target(port, { name: `${index}` }));
    const { round } = createBench(targets, { timeout: '200ms' });
    const before = count();
    for (let rounds = 0; rounds < 5; rounds += 1) await round(AbortSignal.timeout(10_000));
    await expect.poll(count).toBeLessThan(before + 10);
  });
});
