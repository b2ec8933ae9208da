/**
 * The validation checklist: what an operator goes through after a deploy, and what a paged engineer looks at first. An item
 * is described once, in `items.ts`; the metric, the command, the page and the dashboard show the same verdicts.
 */
import type { ArtifactsFacts } from '../collectors/artifacts/facts.ts';
import type { EndpointsFacts } from '../collectors/endpoints/facts.ts';
import type { GpuFacts } from '../collectors/gpu/facts.ts';
import type { HostFacts } from '../collectors/host/facts.ts';
import type { LogsFacts } from '../collectors/logs/facts.ts';
import type { ModelsFacts } from '../collectors/models/facts.ts';
import type { ResourcesFacts } from '../collectors/resources/facts.ts';
import type { SupervisorFacts } from '../collectors/supervisor/facts.ts';
import type { FailureReason, Sample, TimedEvent } from '../core/contract.ts';
import type { NodeConfig } from './node-config.ts';

/** In the order in which they are gone through. */
export const sections = [
  'process_health',
  'endpoint_health',
  'model_integrity',
  'queue_behavior',
  'resource_sanity',
] as const;
export type Section = (typeof sections)[number];

export const statuses = ['pass', 'fail', 'unknown'] as const;
export type Status = (typeof statuses)[number];

/** What is known from one collector at one moment. */
export type Known<Facts> =
  /** Switched off, or nothing is configured for it. */
  | { readonly kind: 'off' }
  /** Its first round is not over. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'known'; readonly facts: Facts; readonly health: readonly Sample[] }
  /** `error` is the line that the log has: it holds no secret. */
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly error: string;
      readonly health: readonly Sample[];
      /** It looks again at once, because it is not done yet. */
      readonly goesOn?: true;
    };

/** Facts of each collector that the checklist or the page looks at, by its name. */
export interface FactsOf {
  readonly supervisor: SupervisorFacts;
  readonly resources: ResourcesFacts;
  readonly endpoints: EndpointsFacts;
  readonly gpu: GpuFacts;
  readonly models: ModelsFacts;
  readonly logs: LogsFacts;
  readonly host: HostFacts;
  readonly artifacts: ArtifactsFacts;
}
export type FactSource = keyof FactsOf;

/** Everything that is known of the node at one moment: all that a check may look at. */
export type NodeView = { readonly [Name in FactSource]: Known<FactsOf[Name]> } & {
  /** Unix time in milliseconds. */
  readonly nowMs: number;
  readonly config: NodeConfig;
  /** The last 24 hours, oldest first. */
  readonly events: readonly TimedEvent[];
  /** Since when this node has been watched; what happened before is known only as far as logs were read back. */
  readonly watchedSinceMs: number;
};

export interface Judgement {
  readonly status: Status;
  /** One sentence for people, with numbers; no pid is a promise, no secret is in it. */
  readonly evidence: string;
  /** The first command to run on the node. */
  readonly command: string;
  /** Whose runbook says what to do, where it is another than the item's. */
  readonly runbook?: string;
  /** Unknown, but a further look or two will tell. */
  readonly settling?: true;
  /** Unknown only as long as this exporter has not looked often enough, which is no news of the node. */
  readonly early?: true;
}

export interface ChecklistItem {
  readonly section: Section;
  readonly check: string;
  /** What its subjects are, for CHECKLIST.md. */
  readonly subject: string;
  /** What green means, for CHECKLIST.md: a sentence. */
  readonly passesWhen: string;
  /** The alert whose runbook says what to do. */
  readonly runbook: string;
  /** Where its facts come from: without any of these collectors it is no item. */
  readonly needs: readonly FactSource[];
  /** Undefined: its source is silent, and those that were seen before are still there. */
  subjects(node: NodeView): readonly string[] | undefined;
  /** Subjects that the configuration names, for when the source was silent from the beginning. */
  configured?(config: NodeConfig): readonly string[];
  /** Pure: the same view gives the same judgement. */
  judge(subject: string, node: NodeView): Judgement;
}

/** The verdict on one subject of an item. */
export interface Verdict extends Omit<Judgement, 'runbook'> {
  readonly section: Section;
  readonly check: string;
  readonly subject: string;
  readonly runbook: string;
  /** The collectors that it comes from. */
  readonly needs: readonly FactSource[];
  /** Its collector's first round is not over: nothing is known yet, and no metric says anything. */
  readonly waiting?: true;
}

/** A verdict with its age. */
export interface DatedVerdict extends Verdict {
  /** Unix time in milliseconds since when it has had its status, as far as was seen. */
  readonly sinceMs: number;
}
