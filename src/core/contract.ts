/**
 * The contract between sources, collectors and the rest.
 *
 * A source reads and parses one thing and throws `SourceError` when it cannot. A collector turns what sources say into an
 * `Outcome`. The scheduler around it bounds, saves, publishes and logs: a collector never times itself, never logs its
 * failure and never keeps a metric object.
 */
import type { ZodType } from 'zod';
import type { Host } from './host.ts';

export type MetricType = 'gauge' | 'counter' | 'histogram';

/** One metric family, described here and nowhere else: METRICS.md, dashboards and tests are derived from it. */
export interface MetricDefinition {
  /** Full literal name, so that one grep finds every use. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** Labels with a closed set of values; any other value is refused when rendering. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, ascending, without +Inf. */
  readonly buckets?: readonly number[];
}

/** Cumulative counts, one per bound of the definition (without +Inf, which is `count`). */
export interface HistogramValue {
  readonly buckets: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export interface Sample {
  readonly metric: MetricDefinition;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | HistogramValue;
}

/** Why a round of a collector has nothing to report. The text that explains it goes to the log, never into a label. */
export const failureReasons = ['timeout', 'unavailable', 'invalid', 'denied', 'error'] as const;
export type FailureReason = (typeof failureReasons)[number];

/** Something that happened at a known time; kept for 24 hours in the history. */
export interface TimedEvent {
  /** Unique: an event offered twice (read again after a kill) is kept once. */
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly kind: string;
  readonly subject: string;
  readonly detail?: string;
  readonly value?: number;
}

/** A collector's counters together with the position they were counted from: JSON, restored at the next start. */
export interface SavedState {
  readonly data: unknown;
  /** `counters`: save before publishing. `positions`: may wait up to ten seconds. `none`: nothing new. */
  readonly changed: 'counters' | 'positions' | 'none';
}

interface OutcomeBase {
  /** Self-metrics that must speak also, and above all, when the source is dead. */
  readonly health: readonly Sample[];
  readonly saved?: SavedState;
  readonly events?: readonly TimedEvent[];
  /** Look again sooner than `interval`, because something is changing. */
  readonly nextInMs?: number;
}

export interface OkOutcome<Facts = unknown> extends OutcomeBase {
  readonly ok: true;
  readonly samples: readonly Sample[];
  /** What the checklist may know; never rendered as it is. */
  readonly facts: Facts;
}

export interface FailedOutcome extends OutcomeBase {
  readonly ok: false;
  readonly reason: FailureReason;
  /** One line for the log; secrets never. */
  readonly error: string;
  /** True: the last good gauges are known to be wrong and vanish at once instead of after their freshness. */
  readonly withdraw?: boolean;
}

export type Outcome<Facts = unknown> = OkOutcome<Facts> | FailedOutcome;

/** Every collector's section has these two, in milliseconds. */
export interface CollectorTiming {
  readonly interval: number;
  readonly timeout: number;
}

export interface CollectorContext<Sources> {
  readonly host: Host;
  /** Configured targets as written: names, group names, or `all`. */
  readonly programs: readonly string[];
  /** Services that several collectors share. */
  readonly sources: Sources;
  /** What this collector last saved, if it can be trusted; validate it. */
  readonly restored: unknown;
}

export interface Collector<Facts = unknown> {
  /** One round. Resolves to an outcome, or throws `SourceError`; honours `signal`. Never runs twice at once. */
  collect(signal: AbortSignal): Promise<Outcome<Facts>>;
  /** Called once at stop, with no round running. */
  close?(): Promise<void>;
}

/** A collector's folder exports one of these; `src/collectors/index.ts` lists them. */
export interface CollectorModule<Config extends CollectorTiming, Facts, Sources> {
  /** Name of its folder, its config section and its `collector` label. */
  readonly name: string;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  /** Its config section with every default: `configSchema.parse({})` is the zero config. */
  readonly configSchema: ZodType<Config>;
  /** Undefined: not configured, exports nothing at all. */
  create(config: Config, context: CollectorContext<Sources>): Collector<Facts> | undefined;
}

/** A source could not be read: `reason` is the bounded label, the message is for the log. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
