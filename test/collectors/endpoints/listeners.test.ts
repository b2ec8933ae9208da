/** Who answers, with real processes under a real supervisord. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SupervisordService, SupervisordSnapshot } from '../../../src/sources/supervisord/types.ts';
import { freePort } from '../../sources/http-probe/servers.ts';
import { asNobody, isRoot } from '../../sources/procfs/fixture.ts';
import { startSupervisord } from '../../sources/procfs/real-supervisord.ts';
import { snapshotOf, supervisordOf } from '../../sources/procfs/snapshot.ts';
import { createBench, stateOf } from './bench.ts';
import type { Bench, Round } from './bench.ts';

/** A command that serves a healthy API on a port; with `reuse`, beside others. */
function server(port: number, { reuse = false, address = '127.0.0.1' } = {}): string[] {
  const script = `
    const answer = (request, response) => response.end(JSON.stringify({ status: 'ok', pid: process.pid }));
    require('node:http').createServer(answer).listen({ port: ${port}, host: '${address}', reusePort: ${reuse} });`;
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'server.cjs'), script);
  return [process.execPath, join(folder, 'server.cjs')];
}

function run([file = '', ...args]: string[]): void {
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
}

function benchOf(port: number, supervisord: SupervisordService, host = '127.0.0.1', program = 'api'): Bench {
  const target = { name: 'api', url: `http://${host}:${port}/health`, program, json: { status: 'ok' } };
  return createBench([target], { supervisord, timeout: '5s' });
}

function listeners({ values }: Round): number[] {
  return ['program', 'other', 'unknown'].flatMap((owner) => values[`listeners{${owner}}`] ?? []);
}

const patience = { timeout: 20_000, interval: 100 };

/** State and listeners (program, other, unknown) of one more round. */
function observing(bench: Bench): () => Promise<unknown> {
  return async () => {
    const round = await bench.round();
    return [stateOf(round), ...listeners(round)];
  };
}

describe('who answers', () => {
  it('is the program itself, also when a wrapper script started the server', async () => {
    const port = await freePort();
    const supervisord = await startSupervisord({ api: `${server(port).join(' ')} &\nwait\n` });
    const bench = benchOf(port, supervisordOf(supervisord.snapshot));
    await expect.poll(observing(bench), patience).toEqual(['ok', 1, 0, 0]);
    const { values } = await bench.round();
    expect(values).toMatchObject({ up: 1 });
  });

  it('is an orphan that kept the port of its dead wrapper', async () => {
    const port = await freePort();
    const supervisord = await startSupervisord({ api: `${server(port).join(' ')} &\nwait\nsleep 600\n` });
    const bench = benchOf(port, supervisordOf(supervisord.snapshot));
    await expect.poll(observing(bench), patience).toEqual(['ok', 1, 0, 0]);
    process.kill((await supervisord.snapshot()).programs[0]?.pid ?? 0, 'SIGKILL');
    await expect.poll(observing(bench), patience).toEqual(['stranger', 0, 1, 0]);
    const { values, fact } = await bench.round();
    expect(values).toMatchObject({ up: 0, status_code: 200 });
    expect(fact?.listeners?.strangers).toMatchObject([{ owner: { kind: 'orphan', formerProgram: 'api' } }]);
    expect(bench.lines.at(-1)?.fields['reason']).toMatch(/^answered by orphan \S+\[\d+\]$/);
  });

  it('may be another server on the same port', async () => {
    const port = await freePort();
    const supervisord = await startSupervisord({ api: `exec ${server(port, { reuse: true }).join(' ')}\n` });
    const bench = benchOf(port, supervisordOf(supervisord.snapshot));
    await expect.poll(observing(bench), patience).toEqual(['ok', 1, 0, 0]);
    run(server(port, { reuse: true }));
    await expect.poll(observing(bench), patience).toEqual(['ok', 1, 1, 0]);
    const { values, fact } = await bench.round();
    expect(values).toMatchObject({ up: 1 });
    expect(fact?.listeners?.strangers).toMatchObject([{ owner: { kind: 'foreign' } }]);
  });

  it('may be another program of the same supervisord', async () => {
    const port = await freePort();
    const supervisord = await startSupervisord({ api: 'exec sleep 600\n', thief: `exec ${server(port).join(' ')}\n` });
    const bench = benchOf(port, supervisordOf(supervisord.snapshot));
    await expect.poll(observing(bench), patience).toEqual(['stranger', 0, 1, 0]);
    const { fact } = await bench.round();
    expect(fact?.listeners?.strangers).toMatchObject([{ owner: { kind: 'program', program: 'thief' } }]);
  });

  it('can be told on IPv6 and by name', async () => {
    const port = await freePort();
    const command = `exec ${server(port, { address: '::1' }).join(' ')}\n`;
    const supervisord = await startSupervisord({ api: command });
    const service = supervisordOf(supervisord.snapshot);
    await expect.poll(observing(benchOf(port, service, '[::1]')), patience).toEqual(['ok', 1, 0, 0]);
    run(server(port));
    await expect.poll(observing(benchOf(port, service, 'localhost')), patience).toEqual(['ok', 1, 1, 0]);
    // The program does not answer on that address at all.
    await expect.poll(observing(benchOf(port, service, '127.0.0.1')), patience).toEqual(['stranger', 0, 1, 0]);
  });

  it('is not known to somebody who may not look, and then the answer counts', async () => {
    const port = await freePort();
    const supervisord = await startSupervisord({ api: `exec ${server(port).join(' ')}\n` });
    await expect.poll(observing(benchOf(port, supervisordOf(supervisord.snapshot))), patience).toEqual(['ok', 1, 0, 0]);
    const snapshot = await supervisord.snapshot();
    const bench = benchOf(
      port,
      supervisordOf(() => snapshot),
    );
    const counts = isRoot ? [0, 0, 1] : [1, 0, 0];
    await asNobody(async () => {
      const round = await bench.round();
      expect([stateOf(round), ...listeners(round)]).toEqual(['ok', ...counts]);
    });
  });

  it.each<[string, SupervisordSnapshot]>([
    ['a program that supervisord does not know', snapshotOf(1, { other: 0 })],
    ['a program in another pid namespace', snapshotOf(4_999_998, { api: 4_999_999 })],
  ])('is not known for %s', async (_name, snapshot) => {
    const port = await freePort();
    run(server(port));
    await expect
      .poll(
        observing(
          benchOf(
            port,
            supervisordOf(() => snapshot),
          ),
        ),
        patience,
      )
      .toEqual(['ok', 0, 0, 1]);
  });

  it('is a stranger when the program has no process at all', async () => {
    const port = await freePort();
    run(server(port));
    await expect
      .poll(
        observing(
          benchOf(
            port,
            supervisordOf(() => snapshotOf(1, { api: 0 })),
          ),
        ),
        patience,
      )
      .toEqual(['stranger', 0, 1, 0]);
  });

  it('is nobody’s business for an endpoint that is no program’s', async () => {
    const port = await freePort();
    run(server(port));
    await expect
      .poll(
        observing(
          benchOf(
            port,
            supervisordOf(() => snapshotOf(1, {})),
            '127.0.0.1',
            '',
          ),
        ),
        patience,
      )
      .toEqual(['ok']);
  });
});
