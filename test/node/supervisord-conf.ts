/** supervisord.conf and conf.d as Debian lays them out, for the three programs of the node. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePaths } from './layout.ts';

export interface NodePorts {
  readonly api: number;
  readonly llama: number;
}

/** One `[program:x]` section: http://supervisord.org/configuration.html#program-x-section-settings. */
export interface Program {
  settings: Record<string, string>;
  environment: Record<string, string>;
}

export interface Programs {
  fastapi: Program;
  'worker-gpu': Program;
  llama: Program;
  [name: string]: Program;
}

export function defaultPrograms(paths: NodePaths, ports: NodePorts): Programs {
  return {
    fastapi: program(`${paths.bin}/uvicorn src.api.main:app --host 127.0.0.1 --port ${ports.api}`, {}),
    'worker-gpu': program(`${paths.bin}/python src/backend/worker.py`, {
      WORKER_MODE: 'gpu',
      TASK_QUEUE_SUFFIX: '@gpu',
    }),
    // On a real node the script's own 420 s hold.
    llama: program(paths.startScript, { LLAMA_WAIT_SECONDS: '7', LLAMA_PORT: String(ports.llama) }),
  };

  function program(command: string, environment: Record<string, string>): Program {
    const settings = { command, directory: paths.workspace, autorestart: 'true', startsecs: '1' };
    return { settings, environment };
  }
}

export function writeSupervisordConf(paths: NodePaths, programs: Programs): void {
  writeFileSync(
    paths.supervisordConf,
    [
      section('unix_http_server', { file: paths.socket, chmod: '0700' }),
      section('supervisord', {
        logfile: paths.mainLog,
        pidfile: paths.pidFile,
        childlogdir: join(paths.logs, 'supervisor'),
        // Said so, because supervisord warns of being root only where nobody decided it.
        ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
      }),
      section('rpcinterface:supervisor', {
        'supervisor.rpcinterface_factory': 'supervisor.rpcinterface:make_main_rpcinterface',
      }),
      section('supervisorctl', { serverurl: `unix://${paths.socket}` }),
      section('include', { files: join(paths.programConfs, '*.conf') }),
    ].join('\n'),
  );
  for (const [name, { settings, environment }] of Object.entries(programs)) {
    const logs = {
      stdout_logfile: join(paths.logs, `${name}.log`),
      stderr_logfile: join(paths.logs, `${name}.err`),
    };
    const pairs = Object.entries(environment).map(([key, value]) => `${key}="${value}"`);
    writeFileSync(
      join(paths.programConfs, `${name}.conf`),
      section(`program:${name}`, { ...logs, ...settings, environment: pairs.join(',') }),
    );
  }
}

function section(name: string, settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  return `[${name}]\n${lines.join('')}`;
}
