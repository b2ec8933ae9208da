import { SourceError } from '../../core/contract.ts';

// Every method answers so from the moment that supervisord is told to stop or to reload.
const shutdownState = 6;

/** What a fault means, of a whole call or of one among the results of a multicall. */
export function faultError({ code, text }: { code: number; text: string }): SourceError {
  return code === shutdownState
    ? new SourceError('unavailable', 'supervisord is shutting down or reloading (SHUTDOWN_STATE)')
    : new SourceError('invalid', `supervisord refused the call: fault ${code} ${text.slice(0, 80)}`);
}

/** What has to be read before supervisord can be asked does not come: nobody asked it, so it is not known to be down. */
export class NotAskedError extends SourceError {
  constructor(options?: ErrorOptions) {
    super('timeout', 'supervisord was not asked: its configuration or password_file cannot be read in time', options);
  }
}
