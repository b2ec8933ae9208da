/** A real supervisord over programs of a test, killed with all they started when the test is over. */
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { readProcessEnvironment } from '../../../src/sources/procfs/environment.ts';
import { readProcesses } from '../../../src/sources/procfs/processes.ts';
import type { SupervisordSnapshot } from '../../../src/sources/supervisord/types.ts';
import { findCommand } from '../../setup/packages.ts';
import { temporaryTree } from './fixture.ts';
import { snapshotOf } from './snapshot.ts';

const run = promisify(execFile);

export interface RealSupervisord {
  /** What supervisorctl says now. */
  readonly snapshot: () => Promise<SupervisordSnapshot>;
  readonly control: (...args: string[]) => Promise<string>;
}

/** Starts supervisord with `name → bash script`. Resolves when all of them run. */
export async function startSupervisord(programs: Readonly<Record<string, string>>): Promise<RealSupervisord> {
  const folder = temporaryTree();
  const conf = join(folder, 'supervisord.conf');
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(folder, `${name}.sh`), script);
  writeFileSync(conf, configuration(folder, Object.keys(programs)));
  const supervisord = spawn(findCommand('supervisord') ?? '', ['-n', '-c', conf], { stdio: 'ignore' });
  onTestFinished(async () => {
    supervisord.kill('SIGKILL');
    await killEverythingOf(folder);
  });

  async function control(...args: string[]): Promise<string> {
    const result = run(findCommand('supervisorctl') ?? '', ['-c', conf, ...args]);
    return (await result.catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }))).stdout;
  }

  async function snapshot(): Promise<SupervisordSnapshot> {
    const pids: Record<string, number> = {};
    for (const line of (await control('status')).split('\n')) {
      const [program = '', state = ''] = line.split(/\s+/);
      if (/^[A-Z]+$/.test(state)) pids[program] = Number(/ pid (\d+),/.exec(line)?.[1] ?? 0);
    }
    return snapshotOf(Number(await readFile(join(folder, 'pid'), 'utf8')), pids);
  }

  const running = async (): Promise<number> =>
    (await snapshot().catch(() => snapshotOf(0, {}))).programs.filter((each) => each.pid > 0).length;
  await expect.poll(running, { timeout: 20_000, interval: 100 }).toBe(Object.keys(programs).length);
  return { snapshot, control };
}

function configuration(folder: string, names: readonly string[]): string {
  const sections = names.map(
    (name) => `[program:${name}]
command=/bin/bash ${folder}/${name}.sh
startsecs=0
`,
  );
  return `[supervisord]
logfile=${folder}/log
pidfile=${folder}/pid
childlogdir=${folder}
environment=TEST_FOLDER="${folder}"
[unix_http_server]
file=${folder}/sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/sock
${sections.join('')}`;
}

async function killEverythingOf(folder: string): Promise<void> {
  const { processes } = await readProcesses.run('/proc', null);
  const pids = processes.map((each) => each.pid);
  const environments = await readProcessEnvironment.run('/proc', { pids, names: ['TEST_FOLDER'] });
  for (const pid of pids) {
    const found = environments[pid];
    if (found !== undefined && 'variables' in found && found.variables['TEST_FOLDER'] === folder) {
      process.kill(pid, 'SIGKILL');
    }
  }
}
