import { formatDuration } from '../../core/duration.ts';
import { createLogger } from '../../core/log.ts';
import { createHost, systemClock } from '../../host.ts';
import { becomeCommand } from './become.ts';
import { createProgress, describeFailure } from './progress.ts';
import { isTerminal, writeStderr } from '../terminal.ts';
import { waitUntilReady } from './wait.ts';

export interface GateOptions {
  readonly models: readonly string[];
  readonly patterns: readonly string[];
  readonly stableForMs: number;
  readonly timeoutMs: number;
  /** Whether to look inside the files. */
  readonly content: boolean;
  readonly quiet: boolean;
  /** Empty: only exit. */
  readonly command: readonly string[];
}

/** Waits, tells how it goes on stderr, and ends this process: with status 0 or 1, or by becoming the command. */
export async function runGate(options: GateOptions): Promise<never> {
  const log = createLogger({ level: 'error', format: 'logfmt', clock: systemClock, write: writeStderr });
  // All file work happens in the file agent: a path that never answers must not keep us beyond our time.
  const { files, clock } = createHost(log);
  const progress = createProgress({ write: writeStderr, terminal: isTerminal(), quiet: options.quiet });
  const last = await waitUntilReady({ ...options, files, clock, onLook: (look) => progress.show(look) });
  progress.end(last);
  files.stop();
  if (!last.ready) {
    writeStderr(describeFailure(last, formatDuration(options.timeoutMs)));
    process.exit(1);
  }
  const [command, ...args] = options.command;
  if (command === undefined) process.exit(0);
  return becomeCommand([command, ...args]);
}
