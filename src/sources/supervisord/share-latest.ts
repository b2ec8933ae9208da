import { SourceError } from '../../core/contract.ts';
import type { Clock } from '../../core/host.ts';

/**
 * Runs `run` at most once at a time and shares its newest result, good or bad, with everybody who accepts its age, which
 * counts from the start of the run. `maxAgeMs: 0` is a result that was begun no earlier than it was asked for.
 */
export function shareLatest<T>(
  clock: Clock,
  run: () => Promise<T>,
): (maxAgeMs: number, signal?: AbortSignal) => Promise<T> {
  let running: { readonly startedMs: number; readonly result: Promise<T> } | undefined;
  let latest: { readonly startedMs: number; readonly result: Promise<T> } | undefined;

  function start(): Promise<T> {
    const startedMs = clock.monotonicMs();
    const result = run().finally(() => {
      latest = { startedMs, result };
      running = undefined;
    });
    // Whoever waited may have given up.
    result.catch(() => {});
    running = { startedMs, result };
    return result;
  }

  async function get(askedMs: number, maxAgeMs: number): Promise<T> {
    if (latest !== undefined && askedMs - latest.startedMs < maxAgeMs) return latest.result;
    if (running === undefined) return start();
    if (askedMs - running.startedMs <= maxAgeMs) return running.result;
    await running.result.catch(() => {});
    return get(askedMs, maxAgeMs);
  }

  return (maxAgeMs, signal) => {
    const result = get(clock.monotonicMs(), maxAgeMs);
    return signal === undefined ? result : untilAborted(result, signal);
  };
}

/** Leaves the result to others when `signal` aborts. */
export async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const give = (): void => reject(new SourceError('timeout', 'supervisord did not answer in time'));
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
