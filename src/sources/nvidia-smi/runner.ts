import { setImmediate } from 'node:timers/promises';
import type { Clock, Exec, ExecResult } from '../../core/host.ts';
import { untilAbort } from './until-abort.ts';

/** Runs nvidia-smi, never a second one while one lives. */
export interface NvidiaSmi {
  /** Undefined: an earlier one is still there past its deadline, and none was started. Calls must not overlap. */
  run(args: readonly string[], limits: { timeoutMs: number; signal: AbortSignal }): Promise<ExecResult | undefined>;
  /** Age of the one that is past its deadline and still there; 0 if there is none. */
  stuckMs(): number;
}

// 64 cards with some thousand processes fit many times.
const maxOutputBytes = 1024 * 1024;
// SIGKILL inside the driver can wedge a card: long enough that somebody has been told that it hangs.
const killAfterMs = 300_000;

/** `command` is nvidia-smi, with arguments that come before ours. */
export function createNvidiaSmi(exec: Exec, clock: Clock, command: readonly [string, ...string[]]): NvidiaSmi {
  let living: { readonly startedMs: number } | undefined;

  return {
    async run(args, { timeoutMs, signal }): Promise<ExecResult | undefined> {
      if (living !== undefined) return undefined;
      living = { startedMs: clock.monotonicMs() };
      const running = exec([...command, ...args], { timeoutMs, signal, maxOutputBytes, killAfterMs });
      const gone = running
        .then(({ exited }) => exited)
        .then(() => {
          living = undefined;
        });
      const late = { stdout: '', stderr: '', timedOut: true, outputTruncated: false, exited: gone };
      const result = (await untilAbort(running, signal)) ?? late;
      // Not waited for any longer: a child in the driver's hands may not end before the driver does.
      await Promise.race([gone, setImmediate()]);
      return result;
    },
    stuckMs: () => (living === undefined ? 0 : clock.monotonicMs() - living.startedMs),
  };
}
