/** `check --from`: what a running exporter says, or why it says nothing. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createChecklist } from '../../../src/checklist/checklist.ts';
import { receivedSchema, reportOf } from '../../../src/checklist/report.ts';
import type { NodeView } from '../../../src/checklist/types.ts';
import { createWebApp } from '../../../src/web/app.ts';
import type { WebContent } from '../../../src/web/app.ts';
import { failed, healthyView, known, nowMs, program, runs, supervisorFacts } from '../../checklist/healthy-view.ts';
import { waitFor } from '../../node/poll.ts';
import { webContent } from '../../support/web-content.ts';
import { checkFrom, checkInShell } from './program.ts';
import type { RunOptions } from './program.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An exporter on a node that looks like this. */
function exporter(change: Partial<NodeView>, content: Partial<WebContent> = {}): Promise<string> {
  const view = healthyView(change);
  const checklist = createChecklist(undefined, nowMs);
  checklist.look(view);
  const web = { node: () => ({ ...view, nowMs: nowMs + 90_000 }), verdicts: () => checklist.verdicts() };
  return listen(createWebApp(webContent({ ...web, ...content })));
}

const ask = (url: string, args: readonly string[] = [], options: RunOptions = {}) =>
  checkFrom(url, args, options).ended;

describe('--from', () => {
  it.each<[string, Partial<NodeView>, number, RegExp]>([
    ['all is well', {}, 0, /\nPASS: all \d+ checks pass\n$/],
    ['something fails', { events: runs('llama', [7, 7, 7]) }, 1, /\nFAIL: 1 of \d+ checks fails\n$/],
    ['something is unknown', { models: failed('timeout') }, 3, /\nUNKNOWN: 4 of \d+ checks are unknown, none fails\n$/],
  ])('%s', async (_, change, status, verdict) => {
    const ended = await ask(await exporter(change));
    expect(ended.status).toBe(status);
    expect(ended.stdout).toMatch(verdict);
    expect(ended.stderr).toBe('');
  });

  it('says since when, what to run and where to read on', async () => {
    const url = await exporter({ events: runs('llama', [7, 7, 7]) });
    const { stdout } = await ask(`${url}/`);
    const [, ...lines] = stdout.slice(stdout.indexOf('✗ FAIL')).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '             for:     1m 30s',
      '             next:    tail -n 200 /var/log/llama.err',
      `             runbook: ${url}/runbooks/GpuNodeProgramFlapping`,
    ]);
  });

  it('waits as long as it may, also where that is longer than a timer can', async () => {
    const { status, stderr } = await ask(await exporter({}), ['--timeout', '30d']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('prints the very report of /api/checklist', async () => {
    const url = await exporter({});
    const { stdout } = await ask(url, ['--format', 'json']);
    const report: unknown = await (await fetch(`${url}/api/checklist`)).json();
    expect(JSON.parse(stdout)).toEqual(report);
  });

  it.each(['table', 'json'])('has the status of its verdict though nobody reads: %s', async (format) => {
    const script = '"$@" | true; exit "${PIPESTATUS[0]}"';
    const { status, stderr } = await checkInShell(script, await exporter({}), ['--format', format]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('says that the report could not be written', async () => {
    const { status, stderr } = await checkInShell('exec "$@" > /dev/full', await exporter({}));
    expect(status).toBe(3);
    expect(stderr).toMatch(/^gpunode-exporter: the report cannot be written: .*ENOSPC/);
  });

  it('reads what a newer exporter sends, as far as it can', async () => {
    const url = await listen((_request, response) => {
      const checklist = createChecklist(undefined, nowMs);
      checklist.look(healthyView());
      const report = reportOf(checklist.verdicts(), nowMs);
      const items = [
        ...report.items.map((item) => ({ ...item, weight: 1 })),
        { ...report.items[0], section: 'network' },
      ];
      response.end(JSON.stringify({ ...report, items, region: 'north' }));
    });
    const { status, stdout } = await ask(url);
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nnetwork\n {2}✓ pass/);
    const json = await ask(url, ['--format', 'json']);
    expect(receivedSchema.safeParse(JSON.parse(json.stdout)).success).toBe(true);
  });

  it('lets nothing of a hostile exporter reach the terminal', async () => {
    const hostile = known(supervisorFacts(program('a\u001B[2J\u009B31m\u202Eevil|`x`')));
    const url = await exporter({ supervisor: hostile });
    for (const format of ['table', 'json', 'markdown']) {
      const { stdout } = await ask(url, ['--format', format]);
      expect(stdout).toContain(String.raw`a\u001b[2J\u009b31m\u202eevil`);
      expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('credentials', () => {
  const users = new Map([['ops', hashSync('s3cr3t@', 4)]]);

  it('go into the URL, and nowhere else', async () => {
    const url = (await exporter({}, { users })).replace('//', '//ops:s3cr3t%40@');
    const running = checkFrom(url, ['--watch', '--format', 'json']);
    await waitFor('a report', () => running.stdout().includes('"verdict"'));
    expect(readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8')).not.toContain('s3cr3t');
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain('s3cr3t');
  });

  it('may have the password in the environment', async () => {
    const url = (await exporter({}, { users })).replace('//', '//ops@');
    const { status } = await ask(url, [], { env: { GPUNODE_EXPORTER_PASSWORD: 's3cr3t@' } });
    expect(status).toBe(0);
  });

  it.each([
    ['none', ''],
    ['wrong ones', 'ops:wrong-s3cr3t@'],
  ])('%s: no verdict, and how to give them', async (_, userinfo) => {
    const url = await exporter({}, { users });
    const { status, stdout, stderr } = await ask(url.replace('//', `//${userinfo}`));
    expect({ status, stdout, stderr }).toEqual({
      status: 3,
      stdout: '',
      stderr: `gpunode-exporter: ${url} wants a user and password: --from http://user:password@host\n`,
    });
  });
});

describe('no verdict', () => {
  const text = 'gpunode-exporter: ';

  it('nobody listens', async () => {
    const url = await exporter({});
    for (const server of servers.splice(0)) server.close();
    const { status, stderr } = await ask(url.replace('//', '//ops:s3cr3t@'));
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `${text}${url} cannot be asked: connection refused, nothing listens there\n`,
    });
  });

  it.each<[string, RequestListener, string]>([
    ['another program', (_, response) => response.writeHead(404).end(), 'has no checklist: is it a gpunode-exporter?'],
    ['a web page', (_, response) => response.end('<html>'), 'sends no checklist: is it a gpunode-exporter?'],
    ['other JSON', (_, response) => response.end('{"status":"ok"}'), 'sends no checklist: is it a gpunode-exporter?'],
    ['an error', (_, response) => response.writeHead(500).end('secret'), 'answers with status 500'],
    [
      'a body without end',
      (_, response) => {
        const writing = setInterval(() => response.write(' '.repeat(1024 * 1024)), 1);
        response.once('close', () => clearInterval(writing));
      },
      'sends no checklist: is it a gpunode-exporter?',
    ],
  ])('%s', async (_, handler, problem) => {
    const url = await listen(handler);
    const { status, stdout, stderr } = await ask(url);
    expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: '', stderr: `${text}${url} ${problem}\n` });
  });

  it('within the timeout', async () => {
    const url = await listen((_, response) => void response.write('{'));
    const { status, stderr, ms } = await ask(url, ['--timeout', '300ms']);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `${text}${url} cannot be asked: no complete answer within 300ms\n`,
    });
    expect(ms).toBeLessThan(10_000);
  });
});

describe('wrong usage', () => {
  it.each([
    ['--from', 'localhost:10042', 'expected a URL'],
    ['--from', 'ftp://x', 'expected a URL'],
    ['--from', 'http://u:%zz@x', 'not percent-encoded'],
    [
      '--section',
      'gpu',
      'expected one of: process_health, endpoint_health, model_integrity, queue_behavior, resource_sanity',
    ],
    ['--format', 'xml', 'Allowed choices are table, json, markdown'],
    ['--timeout', '30', 'expected a duration such as'],
    ['--config.file', '/nowhere', "cannot be used with option '--config.file"],
  ])('%s %s', async (flag, value, problem) => {
    const args = flag === '--from' ? [] : [flag, value];
    const { status, stdout, stderr } = await ask(flag === '--from' ? value : 'http://127.0.0.1:9', args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('u:%zz');
  });
});
