/** Whole scrapes of host and artifacts: recorded cgroups and mounts, real files, no answer of supervisord. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { collectors } from '../../src/collectors/index.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { FileOperation, Files } from '../../src/core/host.ts';
import { openNoState } from '../../src/core/state.ts';
import { waitFor } from '../node/poll.ts';
import { recordedMemory } from '../support/recorded-memory.ts';
import { createTestHost } from '../support/host.ts';
import { unpackTree } from '../support/unpack-tree.ts';
import { expectGolden } from './expect-golden.ts';

const captures = join(import.meta.dirname, '../captures');
const folders: string[] = [];
let app: App | undefined;

afterEach(async () => {
  await app?.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** /proc and /sys come from the recording; everything else is as it is. */
function filesOf(recorded: string): Files {
  const { files } = createTestHost();
  return {
    async call<Args, Result>(
      operation: FileOperation<Args, Result>,
      path: string,
      args: Args,
      options: { timeoutMs: number },
    ) {
      if (operation.name === 'machine.memory') return recordedMemory(join(recorded, path)) as Result;
      if (operation.name === 'mounts.filesystem')
        return { realPath: path, sizeBytes: 1e12, availableBytes: 4e11 } as Result;
      if (!path.startsWith('/proc')) return await files.call(operation, path, args, options);
      const below = operation.name === 'cgroup.memory' ? { ...args, root: recorded } : args;
      return await files.call(operation, join(recorded, path), below, options);
    },
    stuckMs: () => 0,
  };
}

interface Recording {
  readonly cgroup: string;
  readonly mounts: string;
  /** Files of the node. */
  readonly files: Readonly<Record<string, string>>;
}

async function scrape({ cgroup, mounts, files }: Recording): Promise<string> {
  const recorded = unpackTree(join(captures, 'cgroup', `${cgroup}.txt`));
  const node = mkdtempSync(join(tmpdir(), 'gpunode-golden-'));
  folders.push(recorded, node);
  const table = readFileSync(join(captures, 'mounts', `${mounts}.mountinfo`), 'utf8');
  const own = join(recorded, 'proc/self/mountinfo');
  const cgroups = readFileSync(own, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' /sys/fs/cgroup'));
  writeFileSync(own, `${table}${cgroups.join('\n')}\n`);
  for (const [path, content] of Object.entries(files)) {
    const file = join(node, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content.replaceAll('NODE', node), { mode: 0o755 });
  }
  const config = parseConfig(
    JSON.stringify({
      state_dir: 'none',
      supervisor: { config_file: join(node, 'supervisord.conf') },
      host: { filesystems: [{ path: '/workspace', require_mount: true }] },
      artifacts: {
        paths: [join(node, 'workspace/src/api/main.py'), join(node, 'workspace/packages/models/llm')],
        binaries: [{ name: 'llama-server', program: 'llama', library_path: [join(node, 'app')] }],
        timeouts: [{ program: 'llama', name: 'LLAMA_WAIT_SECONDS', files: [join(node, 'start-llama.sh')] }],
      },
    }),
    'golden.yml',
  );
  const host = createTestHost({ files: filesOf(recorded) });
  const disabled = new Set(
    collectors.map(({ name }) => name).filter((name) => name !== 'host' && name !== 'artifacts'),
  );
  app = startApp({ config, host, state: openNoState(host.clock), version: 'golden', disabled });
  const running = app;
  await waitFor('the first round', () => running.waitingFor().length === 0);
  return (await running.metrics()).replaceAll(node, '');
}

const supervisord = `[supervisord]
[program:fastapi]
command=NODE/bin/uvicorn src.api.main:app
directory=NODE/workspace
[program:worker-gpu]
command=NODE/bin/python src/backend/worker.py
directory=NODE/workspace
startsecs=10
[program:llama]
command=NODE/start-llama.sh
environment=LD_LIBRARY_PATH="NODE/driver"
`;
const startLlama = '#!/bin/bash\n: "${LLAMA_WAIT_SECONDS:=420}"\nexec NODE/app/llama-server -m x\n';

describe('whole scrapes of host and artifacts', () => {
  it('healthy: a container with a limit, a mount, all code and libraries', async () => {
    const text = await scrape({
      cgroup: 'v2-container',
      mounts: 'mounted',
      files: {
        'supervisord.conf': supervisord,
        'bin/uvicorn': '#!/bin/sh\n',
        'bin/python': '#!/bin/sh\n',
        'workspace/src/api/main.py': '',
        'workspace/src/backend/worker.py': '',
        'workspace/packages/models/llm/x.gguf': '',
        'start-llama.sh': startLlama,
        'app/llama-server': '#!/bin/sh\n',
      },
    });
    await expectGolden(text, 'host-artifacts-healthy.prom');
  });

  it('unhealthy: nothing mounted, code gone, the server without its interpreter', async () => {
    const text = await scrape({
      cgroup: 'v1-bare',
      mounts: 'not-mounted',
      files: {
        'supervisord.conf': supervisord,
        'bin/python': '#!/bin/sh\n',
        'start-llama.sh': startLlama,
        'app/llama-server': '#!/opt/gone/python\n',
      },
    });
    await expectGolden(text, 'host-artifacts-unhealthy.prom');
  });
});
