import type { Collector, CollectorTiming, FailedOutcome, Outcome } from './contract.ts';
import { toSourceError } from './errors.ts';
import type { Clock } from './host.ts';
import { createUnheard } from './unheard.ts';

/** What a round came to, handed on in order, one at a time. */
export interface Round {
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface RunningCollector {
  /** No new rounds; resolves when the round in flight has ended or `withinMs` is over. */
  stop(withinMs: number): Promise<void>;
}

// A collector that obeys its signal gets this long to say in its own words why it failed.
const graceMs = 300;

/**
 * Runs one collector on its own clock: a first round at once but for a little jitter, then one every interval, never two
 * at a time. A round that is late counts as timed out in every interval that it lasts; of its result only what it counted
 * is kept, for the next round.
 */
export function runCollector(
  collector: Collector,
  timing: CollectorTiming,
  clock: Clock,
  onRound: (round: Round) => Promise<void>,
): RunningCollector {
  const stopping = new AbortController();
  const unheard = createUnheard();
  let running: Promise<Outcome> | undefined;

  async function loop(): Promise<void> {
    await pause(Math.random() * Math.min(250, timing.interval / 4));
    while (!stopping.signal.aborted) {
      const startedMs = clock.monotonicMs();
      const outcome = await oneRound();
      const durationMs = clock.monotonicMs() - startedMs;
      if (stopping.signal.aborted && !outcome.ok) return;
      await onRound({ outcome, durationMs });
      const interval = Math.min(timing.interval, outcome.nextInMs ?? timing.interval);
      await pause(Math.max(0, startedMs + interval - clock.monotonicMs()));
    }
  }

  async function oneRound(): Promise<Outcome> {
    if (running !== undefined) {
      const settled = await within(running, timing.timeout);
      if (settled === undefined) return failure('timeout', 'an earlier round has still not ended');
    }
    // Not AbortSignal.any: in Node 22 a signal that lives long remembers every one that was made of it.
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, timing.timeout);
    stopping.signal.addEventListener('abort', end, { once: true });
    const round = attempt(collector, ending.signal).finally(() => {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', end);
      running = undefined;
    });
    running = round;
    const outcome = await within(round, timing.timeout + graceMs);
    if (outcome !== undefined) return unheard.addTo(outcome);
    void round.then((late) => unheard.keep(late));
    return failure('timeout', `no result within ${timing.timeout} ms`);
  }

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const cut = (): void => resolve();
    stopping.signal.addEventListener('abort', cut, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', cut);
    });
  }

  const finished = loop();
  return {
    async stop(withinMs): Promise<void> {
      stopping.abort();
      await within(finished, withinMs);
      if (running === undefined) await within(collector.close?.() ?? Promise.resolve(), withinMs);
    },
  };
}

async function attempt(collector: Collector, signal: AbortSignal): Promise<Outcome> {
  try {
    return await collector.collect(signal);
  } catch (error) {
    const { reason, message } = toSourceError(error, 'collecting');
    return failure(signal.aborted ? 'timeout' : reason, message);
  }
}

function failure(reason: FailedOutcome['reason'], error: string): FailedOutcome {
  return { ok: false, reason, error, health: [] };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
