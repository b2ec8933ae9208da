import { SourceError } from '../../../src/core/contract.ts';
import type {
  Collector,
  CollectorContext,
  HistogramValue,
  Outcome,
  Sample,
  TimedEvent,
} from '../../../src/core/contract.ts';
import { createHttpClient } from '../../../src/core/http-client.ts';
import type { FileOperation, Host } from '../../../src/core/host.ts';
import { createSupervisorCollector } from '../../../src/collectors/supervisor/collector.ts';
import { configSchema } from '../../../src/collectors/supervisor/config.ts';
import type { SupervisorFacts } from '../../../src/collectors/supervisor/index.ts';
import type { Sources } from '../../../src/sources/index.ts';
import { createSupervisordService } from '../../../src/sources/supervisord/service.ts';
import type { SupervisordService } from '../../../src/sources/supervisord/types.ts';
import { createLineReaders, readTailLines } from '../../../src/sources/tail/lines-operation.ts';
import type { TailLinesRequest } from '../../../src/sources/tail/types.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestClock, TestHost } from '../../support/host.ts';

/** An exporter with this collector alone, whose process can die at any moment. */
export interface Exporter {
  /** One round: collects, saves, publishes. */
  round(): Promise<Outcome<SupervisorFacts>>;
  /** Ends it without warning; the next round begins with what was saved last, or then. */
  kill(savedBefore?: unknown): void;
  /** Value of a published series: `value('gpunode_program_starts_total', { program, trigger })`. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Labels and value of each series of a name that has these labels. */
  series(name: string, labels: Readonly<Record<string, string>>): [Readonly<Record<string, string>>, number][];
  histogram(name: string, labels: Readonly<Record<string, string>>): HistogramValue | undefined;
  readonly events: ReadonlyMap<string, TimedEvent>;
  readonly saved: unknown;
  /** Counters that were published lower than before, ever. */
  readonly wentBack: readonly string[];
}

export interface ExporterParts {
  readonly host: Host;
  readonly supervisord: SupervisordService;
  readonly programs: readonly string[];
  readonly saved?: unknown;
  readonly config?: unknown;
}

export function createExporter({ host, supervisord, programs, saved: before, config = {} }: ExporterParts): Exporter {
  const events = new Map<string, TimedEvent>();
  const highest = new Map<string, number>();
  const wentBack: string[] = [];
  let published: readonly Sample[] = [];
  let saved: unknown = before;
  let collector: Collector<SupervisorFacts> | undefined = create();

  function create(): Collector<SupervisorFacts> {
    const sources = { supervisord } as Sources;
    const context: CollectorContext<Sources> = { host, programs, sources, restored: structuredClone(saved) };
    return createSupervisorCollector(configSchema.parse(config), context);
  }

  function publish(samples: readonly Sample[]): void {
    published = samples;
    for (const { metric, labels, value } of samples) {
      if (metric.type === 'gauge') continue;
      const key = `${metric.name}${JSON.stringify(labels)}`;
      const count = typeof value === 'number' ? value : value.count;
      if (count < (highest.get(key) ?? 0)) wentBack.push(`${key} ${highest.get(key)} ${count}`);
      highest.set(key, count);
    }
  }

  const findAll = (name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] =>
    published.filter((one) => {
      const isMeant = Object.entries(labels).every(([label, value]) => one.labels[label] === value);
      return one.metric.name === name && isMeant;
    });

  return {
    async round() {
      const outcome = await (collector ??= create()).collect(AbortSignal.timeout(10_000));
      if (outcome.saved !== undefined && outcome.saved.changed !== 'none') {
        saved = JSON.parse(JSON.stringify(outcome.saved.data));
      }
      for (const event of outcome.events ?? []) events.set(event.id, event);
      publish([...(outcome.ok ? outcome.samples : []), ...outcome.health]);
      return outcome;
    },
    kill(savedBefore = saved) {
      collector = undefined;
      saved = savedBefore;
    },
    value(name, labels) {
      const value = findAll(name, labels)[0]?.value;
      return typeof value === 'number' ? value : undefined;
    },
    series: (name, labels) => findAll(name, labels).map((one) => [one.labels, Number(one.value)]),
    histogram(name, labels) {
      const value = findAll(name, labels)[0]?.value;
      return typeof value === 'number' ? undefined : value;
    },
    events,
    get saved() {
      return saved;
    },
    wentBack,
  };
}

/** A host with real files; with a clock that stands still, or with real time and real HTTP. */
export interface ReaderHost extends TestHost {
  /** The death of the file agent. */
  forgetFiles(): Promise<void>;
  /** The main log may not be read. */
  logDenied: boolean;
  /** Reading a piece of it takes all the time that there is (on a clock that stands still). */
  slowReading: boolean;
}

export function createReaderHost(time: 'still' | 'real'): ReaderHost {
  const base = createTestHost(time === 'real' ? { http: createHttpClient() } : {});
  // Here nowMs is how far the steady clock was put forward.
  const real: TestClock = { nowMs: 0, now: () => Date.now(), monotonicMs: () => performance.now() + real.nowMs };
  const readers = createLineReaders();
  const host: ReaderHost = {
    ...base,
    clock: time === 'real' ? real : base.clock,
    files: {
      call: (operation, path, args, options) => base.files.call(own(operation), path, args, options),
      stuckMs: () => 0,
    },
    forgetFiles: () => readers.close(),
    logDenied: false,
    slowReading: false,
  };
  return host;

  function own<Args, Result>(operation: FileOperation<Args, Result>): FileOperation<Args, Result> {
    if (operation.name !== readTailLines.name) return operation;
    const run = (path: string, args: Args): Promise<Result> => {
      if (host.logDenied) return Promise.reject(new SourceError('denied', `EACCES: permission denied, open '${path}'`));
      if (host.slowReading) host.clock.nowMs += 60;
      return readers.read(path, args as TailLinesRequest) as Promise<Result>;
    };
    return { name: operation.name, run };
  }
}

export function createRealService(host: Host, configFile: string): SupervisordService {
  return createSupervisordService(host, { configFile, timeoutMs: 2_000, environment: {} });
}
