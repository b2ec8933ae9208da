/** Whole scrapes of endpoints and resources: recorded supervisord and llama-server, a small /proc. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { collectors } from '../../src/collectors/index.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { FileOperation, Files, HttpClient, HttpResponse } from '../../src/core/host.ts';
import { HttpFailure } from '../../src/core/host.ts';
import { openNoState } from '../../src/core/state.ts';
import { waitFor } from '../node/poll.ts';
import { statLine } from '../sources/procfs/fixture.ts';
import { answerBodies } from '../sources/supervisord/captures.ts';
import { createTestHost } from '../support/host.ts';
import { expectGolden } from './expect-golden.ts';

let folder = '';
let app: App | undefined;

afterEach(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

const answer = (status: number, body: string): HttpResponse => ({ status, headers: {}, body, bodyTruncated: false });

/** The recorded programs' processes: fastapi with a child, llama-server behind its script, and an orphan of fastapi. */
function writeProc(root: string, apiHolder: number): void {
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const process = (pid: number, ppid: number, pgid: number, comm: string, sockets: string[] = []): void => {
    write(`${pid}/stat`, statLine({ pid, ppid, pgid, comm }));
    write(`${pid}/environ`, pid === 900 ? 'SUPERVISOR_PROCESS_NAME=fastapi\0SUPERVISOR_GROUP_NAME=fastapi\0' : '');
    write(`${pid}/status`, `VmRSS:\t${pid} kB\n`);
    mkdirSync(join(root, `${pid}/fd`));
    for (const [fd, inode] of sockets.entries()) symlinkSync(`socket:[${inode}]`, join(root, `${pid}/fd`, String(fd)));
  };
  const listening = (port: string, inode: number): string =>
    `0: 0100007F:${port} 00000000:0000 0A 0:0 00:0 0 0 0 ${inode} 1\n`;
  process(17_686, 1, 17_686, 'supervisord');
  process(17_688, 17_686, 17_688, 'uvicorn', apiHolder === 17_688 ? ['8000'] : []);
  process(17_690, 17_688, 17_688, 'uvicorn');
  process(17_689, 17_686, 17_689, 'start-llama.sh');
  process(17_691, 17_689, 17_689, 'llama-server', ['8081', '8082']);
  process(900, 1, 900, 'uvicorn', apiHolder === 900 ? ['8000'] : []);
  write('net/tcp', listening('1F40', 8_000) + listening('1F91', 8_081));
}

// What the fixture's file system says of its directories is not what /proc would.
function filesOf(root: string): Files {
  const { files } = createTestHost();
  return {
    call<Args, Result>(
      operation: FileOperation<Args, Result>,
      path: string,
      args: Args,
      options: { timeoutMs: number },
    ): Promise<Result> {
      if (operation.name !== 'procfs.resources') {
        return files.call(operation, path === '/proc' ? root : path, args, options);
      }
      const { pids } = args as { pids: number[] };
      const found = pids.map((pid) => ({
        pid,
        memoryBytes: pid * 1024,
        memoryKind: 'pss',
        pssSlow: false,
        openFds: 10,
      }));
      return Promise.resolve(found as Result);
    },
    stuckMs: () => 0,
  };
}

async function scrape(
  probes: Readonly<Record<string, HttpResponse | HttpFailure>>,
  apiHolder: number,
): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-golden-'));
  writeProc(join(folder, 'proc'), apiHolder);
  writeFileSync(join(folder, 'supervisord.conf'), '[unix_http_server]\nfile=/run/supervisor.sock\n[supervisord]\n');
  const http: HttpClient = {
    request: ({ url, socketPath }) => {
      const found =
        socketPath === undefined ? probes[new URL(url).host] : answer(200, answerBodies('rpc-multicall.txt')[0] ?? '');
      return found instanceof HttpFailure || found === undefined ? Promise.reject(found) : Promise.resolve(found);
    },
  };
  const config = parseConfig(
    JSON.stringify({
      state_dir: 'none',
      programs: ['fastapi', 'llm', 'st-stopped', 'absent'],
      supervisor: { config_file: join(folder, 'supervisord.conf') },
      endpoints: {
        targets: [
          { name: 'compute-api', url: 'http://127.0.0.1:8000/health', program: 'fastapi', json: { status: 'ok' } },
          { name: 'llama', url: 'http://127.0.0.1:8081/health', program: 'llm:llama-server', kind: 'llama' },
          { name: 'elsewhere', url: 'http://192.0.2.1:8000/', program: 'gateway', slow: '250ms' },
        ],
      },
    }),
    'golden.yml',
  );
  const host = createTestHost({ http, files: filesOf(join(folder, 'proc')) });
  const disabled = new Set(
    collectors.map(({ name }) => name).filter((name) => !['endpoints', 'resources'].includes(name)),
  );
  app = startApp({ config, host, state: openNoState(host.clock), version: 'golden', disabled });
  const running = app;
  await waitFor('the first round', () => running.waitingFor().length === 0);
  return running.metrics();
}

const refused = new HttpFailure('refused', 'connect ECONNREFUSED', 'ECONNREFUSED');
const healthy = answer(200, '{"status":"ok"}');
const ready = answer(200, recorded('ready-health'));
const loading = answer(503, recorded('loading-health'));
const [api, llama, elsewhere] = ['127.0.0.1:8000', '127.0.0.1:8081', '192.0.2.1:8000'];

/** The body of a recorded answer. */
function recorded(name: string): string {
  const text = readFileSync(new URL(`../captures/llama/${name}.http`, import.meta.url), 'utf8');
  return text.slice(text.indexOf('{'));
}

describe('whole scrapes of endpoints and resources', () => {
  it('healthy: answered by the programs themselves; another host’s port is nobody’s to look at', async () => {
    const text = await scrape({ [api]: healthy, [llama]: ready, [elsewhere]: answer(200, 'fine') }, 17_688);
    await expectGolden(text, 'endpoints-healthy.prom');
  });

  it('unhealthy: an orphan has the port of the API, llama-server loads, the third is refused', async () => {
    const text = await scrape({ [api]: healthy, [llama]: loading, [elsewhere]: refused }, 900);
    await expectGolden(text, 'endpoints-unhealthy.prom');
  });
});
