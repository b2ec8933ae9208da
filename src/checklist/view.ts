import type { Outcome, TimedEvent } from '../core/contract.ts';
import type { NodeConfig } from './node-config.ts';
import type { FactSource, Known, NodeView } from './types.ts';

export interface ViewParts {
  readonly nowMs: number;
  readonly config: NodeConfig;
  readonly events: readonly TimedEvent[];
  readonly watchedSinceMs: number;
  /** Newest outcome by collector: null before its first round; absent for one that does not run. */
  readonly outcomes: ReadonlyMap<string, Outcome | null>;
}

/** Puts together what is known of the node now. */
export function viewOf({ outcomes, ...rest }: ViewParts): NodeView {
  const known = <Facts>(name: FactSource): Known<Facts> => knownFrom(outcomes.get(name));
  return {
    ...rest,
    supervisor: known('supervisor'),
    resources: known('resources'),
    endpoints: known('endpoints'),
    gpu: known('gpu'),
    models: known('models'),
    logs: known('logs'),
    host: known('host'),
    artifacts: known('artifacts'),
  };
}

function knownFrom<Facts>(outcome: Outcome | null | undefined): Known<Facts> {
  if (outcome === undefined) return { kind: 'off' };
  if (outcome === null) return { kind: 'waiting' };
  const { health } = outcome;
  // A collector's facts are of the type that its own folder gives them.
  if (outcome.ok) return { kind: 'known', facts: outcome.facts as Facts, health };
  const { reason, error, nextInMs } = outcome;
  return { kind: 'failed', reason, error, health, ...(nextInMs === undefined ? {} : { goesOn: true }) };
}
