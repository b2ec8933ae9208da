import { performance } from 'node:perf_hooks';
import { createFileAgent } from './agent/client.ts';
import type { FileAgent } from './agent/client.ts';
import { agentNodeFlags } from './agent/node-flags.ts';
import { exec } from './core/exec.ts';
import type { Clock, Host, Logger } from './core/host.ts';
import { createHttpClient } from './core/http-client.ts';
import { createLogger } from './core/log.ts';
import type { LogFormat, LogLevel } from './core/log.ts';

/** The real host: this machine. Its files are an agent, which is to be stopped. */
export function createHost(log: Logger): Host & { readonly files: FileAgent } {
  const files = createFileAgent({ command: agentCommand(), clock: systemClock, log });
  return { exec, http: createHttpClient(), files, clock: systemClock, log };
}

export const systemClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

/** Logs to stderr. */
export function createStderrLogger(level: LogLevel, format: LogFormat): Logger {
  // Nobody to read the log any more is no reason to stop watching the node.
  process.stderr.on('error', () => undefined);
  return createLogger({ level, format, clock: systemClock, write: (line) => process.stderr.write(line) });
}

// Ourselves: node with our script, or the single-file executable, which has no script.
function agentCommand(): readonly [string, ...string[]] {
  const script = process.argv[1];
  const isSingleFile = script === undefined || script === process.execPath;
  if (isSingleFile) return [process.execPath, '__files'];
  return [process.execPath, ...agentNodeFlags, ...process.execArgv, script, '__files'];
}
