import { ConfigError } from '../config/load.ts';
import { ListenError } from '../web/listen.ts';

/** The value, or an exit with status 2 and the message of a usage or configuration error. */
export function orExit<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ListenError) fail(error.message, 2);
    throw error;
  }
}

/** Says why on stderr and exits. */
export function fail(message: string, status: 1 | 2): never {
  for (const line of message.split('\n')) process.stderr.write(`gpunode-exporter: ${line}\n`);
  process.exit(status);
}
