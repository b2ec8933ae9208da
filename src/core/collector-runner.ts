import type { Collector, CollectorTiming, Outcome, Sample } from './contract.ts';
import { failureReasons } from './contract.ts';
import type { Clock, Logger } from './host.ts';
import { createOutcomeLog } from './outcome-log.ts';
import { createPublished } from './published.ts';
import { sample } from './samples.ts';
import { runCollector } from './scheduler.ts';
import type { Round } from './scheduler.ts';
import { selfMetrics } from './self-metrics.ts';
import type { StateStore } from './state.ts';
import { invalidSample } from './validate.ts';

/** How a collector is, for people. Unix times in milliseconds. */
export interface CollectorState {
  readonly name: string;
  /** When its newest round ended; absent before the first. */
  readonly lookedMs?: number;
  /** Since when every round has failed. */
  readonly failingSinceMs?: number;
}

/** One collector at work: what it says and how it is. */
export interface CollectorRunner {
  readonly name: string;
  /** Its samples and its health, ready to render. */
  samples(): Sample[];
  /** Of its newest round; undefined before the first. */
  outcome(): Outcome | undefined;
  state(): CollectorState;
  hasOutcome(): boolean;
  stop(withinMs: number): Promise<void>;
}

/** Wraps a collector: schedules, bounds, saves before it publishes, logs changes, counts failures. */
export function startCollector(
  name: string,
  collector: Collector,
  timing: CollectorTiming,
  parts: { readonly clock: Clock; readonly log: Logger; readonly state: StateStore },
): CollectorRunner {
  const { clock, log, state } = parts;
  const published = createPublished(3 * timing.interval + timing.timeout, () => clock.monotonicMs());
  const logOutcome = createOutcomeLog(name, clock, log);
  const failures = new Map(failureReasons.map((reason) => [reason, 0]));
  let newest: Round | undefined;
  let accepted: Outcome | undefined;
  let lastSuccessMs: number | undefined;
  let lookedMs: number | undefined;
  let failingSinceMs: number | undefined;

  const running = runCollector(collector, timing, clock, async (round) => {
    const outcome = withoutInvalid(round.outcome, log);
    await state.save(name, outcome.saved, outcome.events ?? []);
    published.accept(outcome);
    accepted = outcome;
    newest = round;
    lookedMs = clock.now();
    failingSinceMs = outcome.ok ? undefined : (failingSinceMs ?? lookedMs);
    if (outcome.ok) lastSuccessMs = clock.now();
    else failures.set(outcome.reason, (failures.get(outcome.reason) ?? 0) + 1);
    logOutcome(outcome);
  });

  function health(): Sample[] {
    const samples = [...failures].map(([reason, count]) =>
      sample(selfMetrics.collectorFailures, { collector: name, reason }, count),
    );
    if (newest !== undefined) {
      samples.push(
        sample(selfMetrics.collectorSuccess, { collector: name }, newest.outcome.ok),
        sample(selfMetrics.collectorDuration, { collector: name }, newest.durationMs / 1000),
      );
    }
    if (lastSuccessMs !== undefined) {
      samples.push(sample(selfMetrics.collectorLastSuccess, { collector: name }, lastSuccessMs / 1000));
    }
    return samples;
  }

  return {
    name,
    samples: () => [...health(), ...published.samples()],
    outcome: () => accepted,
    state: () => ({
      name,
      ...(lookedMs === undefined ? {} : { lookedMs }),
      ...(failingSinceMs === undefined ? {} : { failingSinceMs }),
    }),
    hasOutcome: () => newest !== undefined,
    stop: (withinMs) => running.stop(withinMs),
  };
}

// One bad sample must not cost the scrape, and a wrong one is worse than none.
function withoutInvalid(outcome: Outcome, log: Logger): Outcome {
  const keep = (samples: readonly Sample[]): Sample[] =>
    samples.filter((each) => {
      const problem = invalidSample(each);
      if (problem !== undefined) log.error('sample refused', { problem });
      return problem === undefined;
    });
  const health = keep(outcome.health);
  return outcome.ok ? { ...outcome, health, samples: keep(outcome.samples) } : { ...outcome, health };
}
