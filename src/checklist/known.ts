import type { ProgramLogFacts } from '../collectors/logs/facts.ts';
import type { MetricDefinition, Sample } from '../core/contract.ts';
import type { FactsOf, FactSource, Judgement, Known, NodeView } from './types.ts';

/** The facts of a collector, if its newest round had any. */
export function factsFrom<Name extends FactSource>(node: NodeView, name: Name): FactsOf[Name] | undefined {
  const known = node[name] as Known<FactsOf[Name]>;
  return known.kind === 'known' ? known.facts : undefined;
}

/** Facts of a collector are missing: unknown. `otherwise`: why, if it had some and just not those. */
export function missing(node: NodeView, name: FactSource, command: string, otherwise = 'not known'): Judgement {
  const known = node[name];
  const goesOn = known.kind === 'waiting' || (known.kind === 'failed' && known.goesOn === true);
  return { ...unknown(whyMissing(known, otherwise), command), ...(goesOn ? { settling: true, early: true } : {}) };
}

export function unknown(evidence: string, command: string): Judgement {
  return { status: 'unknown', evidence, command };
}

/** Why nothing can be said of a program's log. */
export function unreadInWords({ readable }: ProgramLogFacts): string {
  return readable === undefined ? 'it has no log yet' : 'its log cannot be read';
}

/** Why the facts of a collector are missing. */
export function whyMissing(known: NodeView[FactSource], otherwise = 'not known'): string {
  switch (known.kind) {
    case 'off':
      return 'its collector is switched off';
    case 'waiting':
      return 'not looked at yet';
    case 'failed':
      return `not known: ${known.reason}, ${known.error}`;
    case 'known':
      return otherwise;
    default:
      return known satisfies never;
  }
}

/** A reading among a collector's self-metrics, which speak also when the source is dead. */
export function reading(node: NodeView, name: FactSource, metric: MetricDefinition): number | undefined {
  const known = node[name];
  const health: readonly Sample[] = known.kind === 'known' || known.kind === 'failed' ? known.health : [];
  const value = health.find((each) => each.metric === metric)?.value;
  return typeof value === 'number' ? value : undefined;
}
