import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks until the answer is neither undefined, false nor empty; a question that throws is asked again. Rejects at the deadline, and when `signal` aborts. */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 20_000, everyMs = 50, signal }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false && answer !== '') return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`, { cause: last });
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}

/** Like `setTimeout`, but an abort only ends it early. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Waits until a GET is answered with a 2xx status. */
export async function waitForOk(url: string, options: WaitOptions = {}): Promise<void> {
  await waitFor(
    `an answer of ${url}`,
    async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok,
    options,
  );
}
