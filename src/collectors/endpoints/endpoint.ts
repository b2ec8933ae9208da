import type { Sample, TimedEvent } from '../../core/contract.ts';
import type { Host } from '../../core/host.ts';
import { sample, stateSet } from '../../core/samples.ts';
import type { EndpointState, Verdict } from '../../sources/http-probe/types.ts';
import type { EndpointTarget } from './config.ts';
import type { EndpointFact, Listeners } from './facts.ts';
import { createHistogram } from './histogram.ts';
import { endpointMetrics } from './metrics.ts';

/** What one round says of one endpoint. */
export type Observation =
  | { readonly unprobed: string; readonly listeners?: Listeners }
  | { readonly verdict: Verdict; readonly durationSeconds: number; readonly listeners?: Listeners };

export interface Endpoint {
  /** Takes in a round's observation; returns what goes into the history. */
  observe(observation: Observation): TimedEvent[];
  samples(): Sample[];
  fact(): EndpointFact;
}

/** Counts one endpoint's probes and follows its state. */
export function createEndpoint(host: Host, target: EndpointTarget): Endpoint {
  const labels = { target: target.name, program: target.program };
  const histogram = createHistogram(endpointMetrics.probeDuration.buckets);
  const probes = { success: 0, failure: 0 };
  let newest: Observation | undefined;
  let state: EndpointState | 'unprobed' | undefined;
  let sinceMs = host.clock.now();
  let lastSuccessMs: number | undefined;

  function observe(observation: Observation): TimedEvent[] {
    newest = observation;
    if ('verdict' in observation) histogram.observe(observation.durationSeconds);
    const next = 'unprobed' in observation ? 'unprobed' : stateOf(observation.verdict, observation.listeners);
    if (next !== 'unprobed') probes[next === 'ok' ? 'success' : 'failure'] += 1;
    if (next === 'ok') lastSuccessMs = host.clock.now();
    return next === state ? [] : change(next, observation);
  }

  function change(next: EndpointState | 'unprobed', observation: Observation): TimedEvent[] {
    const was = state;
    state = next;
    sinceMs = host.clock.now();
    const fields = { ...labels, state: next, was, reason: reasonOf(next, observation) };
    if (next !== 'ok' && next !== 'loading') host.log.warn('endpoint is not healthy', fields);
    else if (was !== undefined || next === 'loading') host.log.info('endpoint', fields);
    if (was === undefined) return [];
    const id = `endpoint ${target.name} ${sinceMs} ${next}`;
    return [{ id, atMs: sinceMs, kind: 'endpoint', subject: target.name, detail: `${was} to ${next}` }];
  }

  function samples(): Sample[] {
    const fixed = [
      sample(endpointMetrics.slowThreshold, labels, target.slow / 1000),
      sample(endpointMetrics.probeDuration, labels, histogram.value()),
      sample(endpointMetrics.probes, { ...labels, result: 'success' }, probes.success),
      sample(endpointMetrics.probes, { ...labels, result: 'failure' }, probes.failure),
    ];
    if (target.kind === 'llama')
      fixed.push(sample(endpointMetrics.loadingBudget, labels, target.loading_budget / 1000));
    if (lastSuccessMs !== undefined) fixed.push(sample(endpointMetrics.lastSuccess, labels, lastSuccessMs / 1000));
    return [...fixed, ...listenerSamples(labels, newest?.listeners), ...stateSamples()];
  }

  function stateSamples(): Sample[] {
    if (state === undefined || newest === undefined || 'unprobed' in newest) return [];
    const { statusCode } = newest.verdict;
    return [
      sample(endpointMetrics.up, labels, state === 'ok'),
      ...stateSet(endpointMetrics.state, 'state', labels, state),
      ...(statusCode === undefined ? [] : [sample(endpointMetrics.statusCode, labels, statusCode)]),
    ];
  }

  function fact(): EndpointFact {
    const { origin, pathname } = new URL(target.url);
    const reason = state === undefined || newest === undefined ? undefined : reasonOf(state, newest);
    const verdict = newest !== undefined && 'verdict' in newest ? newest.verdict : undefined;
    return {
      ...labels,
      kind: target.kind,
      url: `${origin}${pathname}`,
      sinceMs,
      slowSeconds: target.slow / 1000,
      loadingBudgetSeconds: target.loading_budget / 1000,
      ...(state === undefined || state === 'unprobed' ? {} : { state }),
      ...(newest !== undefined && 'unprobed' in newest ? { unprobed: newest.unprobed } : {}),
      ...(newest !== undefined && 'verdict' in newest ? { durationSeconds: newest.durationSeconds } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(verdict?.statusCode === undefined ? {} : { statusCode: verdict.statusCode }),
      ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
      ...(newest?.listeners === undefined ? {} : { listeners: newest.listeners }),
    };
  }

  return { observe, samples, fact };
}

/** A healthy answer that no socket of the program can have given is a stranger's; where that is not known it counts. */
function stateOf({ state }: Verdict, listeners: Listeners | undefined): EndpointState {
  if (state !== 'ok' || listeners === undefined) return state;
  return listeners.other > 0 && listeners.program === 0 && listeners.unknown === 0 ? 'stranger' : 'ok';
}

function reasonOf(state: EndpointState | 'unprobed', observation: Observation): string | undefined {
  if ('unprobed' in observation) return observation.unprobed;
  if (state !== 'stranger') return observation.verdict.reason;
  const holders = (observation.listeners?.strangers ?? []).map(
    ({ pid, comm, owner }) => `${owner.kind} ${comm}[${pid}]`,
  );
  return `answered by ${holders.join(', ')}`;
}

function listenerSamples(labels: { target: string; program: string }, listeners: Listeners | undefined): Sample[] {
  if (listeners === undefined) return [];
  const owners = ['program', 'other', 'unknown'] as const;
  return owners.map((owner) => sample(endpointMetrics.listeners, { ...labels, owner }, listeners[owner]));
}
