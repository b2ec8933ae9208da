import { parseDuration } from '../core/duration.ts';
import { errorMessage } from '../core/errors.ts';
import { ConfigError } from '../config/text.ts';
import { ListenError } from '../web/listen.ts';

/** A flag has a value that cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The value, or an exit with status 2 and the message of a usage or configuration error. */
export function orExit<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const isWrongUse = [ConfigError, ListenError, UsageError].some((kind) => error instanceof kind);
    if (isWrongUse) fail(errorMessage(error), 2);
    throw error;
  }
}

/** Milliseconds of a duration on the command line, or an exit with status 2. */
export function durationFlag(flag: string, value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    return fail(`${flag}: found ${value}, ${errorMessage(error)}`, 2);
  }
}

/** Says why on stderr and exits. */
export function fail(message: string, status: 1 | 2 | 3): never {
  for (const line of message.split('\n')) process.stderr.write(`gpunode-exporter: ${line}\n`);
  process.exit(status);
}
