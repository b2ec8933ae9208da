import type { MetricDefinition, Sample } from '../core/contract.ts';
import type { FactsOf, FactSource, Judgement, Known, NodeView } from './types.ts';

/** The facts of a collector, if its newest round had any. */
export function factsFrom<Name extends FactSource>(node: NodeView, name: Name): FactsOf[Name] | undefined {
  const known = node[name] as Known<FactsOf[Name]>;
  return known.kind === 'known' ? known.facts : undefined;
}

/** Why a collector's facts are missing, as evidence. */
export function whyMissing(node: NodeView, name: FactSource): string {
  const known = node[name];
  switch (known.kind) {
    case 'off':
      return `the collector ${name} is switched off`;
    case 'waiting':
      return 'not looked at yet';
    case 'failed':
      return `not known: ${known.reason}, ${known.error}`;
    case 'known':
      return 'not known';
    default:
      return known satisfies never;
  }
}

export function unknown(evidence: string, command: string): Judgement {
  return { status: 'unknown', evidence, command };
}

/** A reading among a collector's self-metrics, which speak also when the source is dead. */
export function reading(node: NodeView, name: FactSource, metric: MetricDefinition): number | undefined {
  const known = node[name];
  const health: readonly Sample[] = known.kind === 'known' || known.kind === 'failed' ? known.health : [];
  const value = health.find((each) => each.metric === metric)?.value;
  return typeof value === 'number' ? value : undefined;
}
