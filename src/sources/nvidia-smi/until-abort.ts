/** What the promise resolves to, or undefined if the signal fires first: for what does not obey it. Leaves no listener. */
export async function untilAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => resolve(undefined);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
