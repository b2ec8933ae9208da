/** Whole scrapes, read and reviewed as text: from a recorded supervisord, with all else switched off. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { collectors } from '../../src/collectors/index.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { HttpClient } from '../../src/core/host.ts';
import { HttpFailure } from '../../src/core/host.ts';
import { openNoState } from '../../src/core/state.ts';
import { waitFor } from '../node/poll.ts';
import { answerBodies, capture } from '../sources/supervisord/captures.ts';
import { createTestHost } from '../support/host.ts';
import { expectGolden } from './expect-golden.ts';

// The moment of the recorded snapshot: its `now`.
const snapshotMs = Date.UTC(2026, 10, 23, 12, 49, 54);
const lines = capture('states-supervisord.log').split(/^/m);
const until = (time: string): string => lines.filter((line) => line.slice(11, 19) <= time).join('');

let folder: string | undefined;
let app: App | undefined;

afterEach(async () => {
  await app?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const body = answerBodies('rpc-multicall.txt')[0] ?? '';
const answering: HttpClient = {
  request: () => Promise.resolve({ status: 200, headers: {}, body, bodyTruncated: false }),
};

const failing = (kind: HttpFailure['kind'], code: string): HttpClient => ({
  request: () => Promise.reject(new HttpFailure(kind, `connect ${code} /run/supervisor.sock`, code)),
});

/** An exporter of the supervisor's metrics alone, over a main log that holds `log`. */
function start(http: HttpClient, programs: readonly string[], log: string): { app: App; mainLog: string } {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-golden-'));
  const mainLog = join(folder, 'supervisord.log');
  writeFileSync(mainLog, log);
  writeFileSync(
    join(folder, 'supervisord.conf'),
    `[unix_http_server]\nfile=/run/supervisor.sock\n[supervisord]\nlogfile=${mainLog}\n`,
  );
  const config = parseConfig(
    JSON.stringify({
      state_dir: 'none',
      programs,
      supervisor: { interval: '250ms', config_file: join(folder, 'supervisord.conf') },
    }),
    'golden.yml',
  );
  const host = createTestHost({ http });
  host.clock.nowMs = snapshotMs;
  const disabled = new Set(collectors.map(({ name }) => name).filter((name) => name !== 'supervisor'));
  app = startApp({ config, host, state: openNoState(host.clock), version: 'golden', disabled });
  return { app, mainLog };
}

async function settled(running: App): Promise<string> {
  await waitFor('the first round', () => running.waitingFor().length === 0);
  return running.metrics();
}

describe('whole scrapes of a supervisord', () => {
  it('healthy: two programs and a group of two, nothing counted yet', async () => {
    const { app: running } = start(answering, ['fastapi', 'llm:llama-server', 'worker-gpu'], until('12:49:54'));
    await expectGolden(await settled(running), 'supervisor-healthy.prom');
  });

  it('flapping: starts, exits and lengths of what came after the exporter, codes that the RPC has lost', async () => {
    const { app: running, mainLog } = start(
      answering,
      ['st-backoff', 'st-fatal', 'st-sigkilled', 'absent'],
      until('12:48:15'),
    );
    await settled(running);
    appendFileSync(mainLog, until('12:49:54').slice(until('12:48:15').length));
    await waitFor('the rest of the log', async () =>
      /starts_total\{program="st-backoff",trigger="respawn"\} [1-9]/.test(await running.metrics()),
    );
    await expectGolden(await running.metrics(), 'supervisor-flapping.prom');
  });

  it('down: known to be down, no state of any program, counters all the same', async () => {
    const { app: running } = start(failing('refused', 'ECONNREFUSED'), ['fastapi'], until('12:49:54'));
    await expectGolden(await settled(running), 'supervisor-down.prom');
  });

  it('denied: not known to be down', async () => {
    const { app: running } = start(failing('denied', 'EACCES'), ['fastapi'], until('12:49:54'));
    await expectGolden(await settled(running), 'supervisor-denied.prom');
  });
});
