/** The endpoints collector over real requests, with a supervisord and a /proc of the test's choice. */
import type { Collector, CollectorContext, OkOutcome, Sample } from '../../../src/core/contract.ts';
import { createHttpClient } from '../../../src/core/http-client.ts';
import type { Host } from '../../../src/core/host.ts';
import { endpointsModule } from '../../../src/collectors/endpoints/index.ts';
import type { EndpointFact, EndpointsFacts } from '../../../src/collectors/endpoints/index.ts';
import { createOwnerService } from '../../../src/sources/procfs/owners.ts';
import type { SupervisordService } from '../../../src/sources/supervisord/types.ts';
import { createTestHost } from '../../support/host.ts';
import type { LogLine } from '../../support/host.ts';
import { supervisordOf } from '../../sources/procfs/snapshot.ts';

export interface Bench {
  readonly lines: LogLine[];
  /** `name{label value …}` → value, without the prefix and without the labels target and program. */
  readonly round: (signal?: AbortSignal) => Promise<Round>;
}

export interface Round {
  readonly outcome: OkOutcome<EndpointsFacts>;
  /** Of the first target. */
  readonly values: Record<string, number>;
  readonly fact: EndpointFact | undefined;
}

export const noSupervisord = supervisordOf(() => Promise.reject(new Error('no supervisord here')));

export function createBench(
  targets: readonly Record<string, unknown>[],
  {
    supervisord = noSupervisord,
    timeout = '500ms',
    http = createHttpClient(),
  }: {
    supervisord?: SupervisordService;
    timeout?: string;
    http?: Host['http'];
  } = {},
): Bench {
  const test = createTestHost({ http });
  // Requests take real time.
  const host: Host = { ...test, clock: { now: () => Date.now(), monotonicMs: () => performance.now() } };
  // A look at /proc is shared for a second of this clock, which would make every test wait.
  const hasty: Host = { ...host, clock: { now: () => Date.now(), monotonicMs: () => 20 * performance.now() } };
  const sources = { supervisord, owners: createOwnerService(hasty, supervisord) };
  const context: CollectorContext<typeof sources> = { host, programs: [], sources, restored: undefined };
  const config = endpointsModule.configSchema.parse({ timeout, targets });
  const collector = endpointsModule.create(config, context) as Collector<EndpointsFacts>;
  return {
    lines: test.lines,
    async round(signal = AbortSignal.timeout(config.timeout)) {
      const outcome = await collector.collect(signal);
      if (!outcome.ok) throw new Error(outcome.error);
      return {
        outcome,
        values: valuesOf(outcome.samples, String(targets[0]?.['name'])),
        fact: outcome.facts.endpoints[0],
      };
    },
  };
}

/** The one state that is 1. */
export function stateOf({ values }: Round): string | undefined {
  const states = Object.entries(values).filter(([key, value]) => key.startsWith('state{') && value === 1);
  return states.length === 1 ? /\{(.*)\}/.exec(states[0]?.[0] ?? '')?.[1] : undefined;
}

function valuesOf(samples: readonly Sample[], target: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { metric, labels, value } of samples) {
    if (labels['target'] !== target || typeof value !== 'number') continue;
    const more = Object.entries(labels).filter(([name]) => name !== 'target' && name !== 'program');
    const suffix = more.length === 0 ? '' : `{${more.map(([, text]) => text).join()}}`;
    values[`${metric.name.replace('gpunode_endpoint_', '')}${suffix}`] = value;
  }
  return values;
}
