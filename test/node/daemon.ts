/** A program with an HTTP port of its own that runs beside the node: the exporter, Prometheus. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { waitFor } from './poll.ts';
import { reservePort } from './ports.ts';
import type { Scratch } from './scratch.ts';

export interface Daemon {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly process: ChildProcess;
  /** All that it has written to stdout and stderr. */
  readonly log: () => string;
  /** SIGTERM, and SIGKILL if that has not ended it after 10 s. */
  readonly stop: () => Promise<void>;
}

export interface DaemonOptions {
  readonly command: string;
  readonly args: (address: string) => readonly string[];
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts it on a free port; resolves when `/-/ready` answers 200, rejects with its log if it ends before. */
export async function startDaemon(spawn: Scratch['spawn'], options: DaemonOptions): Promise<Daemon> {
  const { command, args, logFile, env = {} } = options;
  const { port, release } = await reservePort();
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  const log = () => readFileSync(logFile, 'utf8');
  const output = openSync(logFile, 'a');
  const child = spawn(command, args(address), { stdio: ['ignore', output, output], env });
  closeSync(output);
  const ended = once(child, 'exit').finally(release);
  const ready = async (): Promise<'ended' | 'ready' | false> => {
    if (child.exitCode !== null || child.signalCode !== null) return 'ended';
    return (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })).ok && 'ready';
  };
  const state = await waitFor(`${url}/-/ready`, ready, { timeoutMs: 60_000 });
  if (state === 'ended') throw new Error(`${command} ended before it was ready:\n${log()}`);
  return {
    address,
    url,
    process: child,
    log,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}
