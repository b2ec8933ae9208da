import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface RealSupervisord {
  readonly directory: string;
  readonly configFile: string;
  readonly pid: number;
  /** Everything that it ever logged, whatever became of its log file: without daemon it repeats it on stdout. */
  wholeLog(): string;
  /** Runs supervisorctl; its exit status does not matter. */
  ctl(...args: readonly string[]): Promise<string>;
  /** Writes its configuration; `server`: more lines for [unix_http_server]. */
  configure(programs: string, server?: string): void;
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  remove(): void;
}

export interface Settings {
  readonly programs: string;
  /** More lines for [supervisord]. */
  readonly options?: string;
}

/** A supervisord of our own in a scratch folder; not started yet. */
export function createSupervisord({ programs, options = '' }: Settings): RealSupervisord {
  const directory = mkdtempSync(join(tmpdir(), 'supervisord-'));
  const configFile = join(directory, 'supervisord.conf');
  const output = openSync(join(directory, 'stdout'), 'a');
  let child: ReturnType<typeof spawn> | undefined;

  function configure(text: string, server = ''): void {
    writeFileSync(
      configFile,
      `[unix_http_server]
file = %(here)s/s.sock
${server}
[supervisord]
logfile = %(here)s/supervisord.log
pidfile = %(here)s/supervisord.pid
childlogdir = %(here)s
nodaemon = true
${options}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl = unix://%(here)s/s.sock
${text}`,
    );
  }
  configure(programs);

  async function ctl(...args: readonly string[]): Promise<string> {
    const run = promisify(execFile)('supervisorctl', ['-c', configFile, ...args], { timeout: 20_000 });
    return run.then(
      ({ stdout }) => stdout,
      (error: { stdout?: string }) => error.stdout ?? '',
    );
  }

  return {
    directory,
    configFile,
    get pid() {
      return child?.pid ?? 0;
    },
    wholeLog: () => readFileSync(join(directory, 'stdout'), 'utf8'),
    ctl,
    configure,
    async start() {
      rmSync(join(directory, 's.sock'), { force: true });
      child = spawn('supervisord', ['-c', configFile], {
        stdio: ['ignore', output, output],
        env: { ...process.env, TZ: 'UTC' },
      });
      const deadlineMs = Date.now() + 10_000;
      while (!existsSync(join(directory, 's.sock'))) {
        if (Date.now() > deadlineMs)
          throw new Error(`supervisord does not start: ${readFileSync(join(directory, 'stdout'), 'utf8')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    signal(signal) {
      child?.kill(signal);
    },
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
    remove() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
