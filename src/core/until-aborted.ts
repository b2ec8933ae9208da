import { SourceError } from './contract.ts';

/** Waits no longer than the signal allows, whether or not what it waits for knows of it. Rejects with `timeout` then. */
export async function untilAborted<T>(result: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const give = (): void => reject(new SourceError('timeout', `${what}: no answer in time`));
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
