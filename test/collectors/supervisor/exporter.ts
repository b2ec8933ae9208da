import type { CollectorContext, HistogramValue, Outcome, Sample, TimedEvent } from '../../../src/core/contract.ts';
import { createHttpClient } from '../../../src/core/http-client.ts';
import type { FileOperation, Host } from '../../../src/core/host.ts';
import { supervisorModule } from '../../../src/collectors/supervisor/index.ts';
import type { SupervisorFacts } from '../../../src/collectors/supervisor/index.ts';
import type { Sources } from '../../../src/sources/index.ts';
import { createSupervisordService } from '../../../src/sources/supervisord/service.ts';
import type { SupervisordService } from '../../../src/sources/supervisord/types.ts';
import { createLineReaders, readTailLines } from '../../../src/sources/tail/lines-operation.ts';
import type { TailLinesRequest } from '../../../src/sources/tail/types.ts';
import { createTestHost } from '../../support/host.ts';

/** An exporter with this collector alone, whose process can die at any moment. */
export interface Exporter {
  /** One round: collects, saves, publishes. */
  round(): Promise<Outcome<SupervisorFacts>>;
  /** Ends it without warning; the next round begins with what was saved last. */
  kill(): void;
  /** Value of a published series: `value('gpunode_program_starts_total', { program, trigger })`. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
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
  let collector = create();

  function create(): ReturnType<typeof supervisorModule.create> {
    const sources = { supervisord } as Sources;
    const context: CollectorContext<Sources> = { host, programs, sources, restored: structuredClone(saved) };
    return supervisorModule.create(supervisorModule.configSchema.parse(config), context);
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

  const find = (name: string, labels: Readonly<Record<string, string>> = {}): Sample | undefined =>
    published.find(
      (one) =>
        one.metric.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    );

  return {
    async round() {
      const outcome = await (collector ??= create())!.collect(AbortSignal.timeout(10_000));
      if (outcome.saved !== undefined && outcome.saved.changed !== 'none') {
        saved = JSON.parse(JSON.stringify(outcome.saved.data));
      }
      for (const event of outcome.events ?? []) events.set(event.id, event);
      publish([...(outcome.ok ? outcome.samples : []), ...outcome.health]);
      return outcome;
    },
    kill() {
      collector = undefined;
    },
    value(name, labels) {
      const value = find(name, labels)?.value;
      return typeof value === 'number' ? value : undefined;
    },
    histogram(name, labels) {
      const value = find(name, labels)?.value;
      return typeof value === 'number' ? undefined : value;
    },
    events,
    get saved() {
      return saved;
    },
    wentBack,
  };
}

/** A host with real time, real HTTP and real files; `forgetFiles` is the death of the file agent. */
export interface RealHost extends Host {
  forgetFiles(): Promise<void>;
}

export function createRealHost(): RealHost {
  const { log, exec, files } = createTestHost();
  const readers = createLineReaders();
  return {
    log,
    exec,
    files: {
      call: (operation, path, args, options) => files.call(own(operation), path, args, options),
      stuckMs: () => 0,
    },
    http: createHttpClient(),
    clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
    forgetFiles: () => readers.close(),
  };

  function own<Args, Result>(operation: FileOperation<Args, Result>): FileOperation<Args, Result> {
    if (operation.name !== readTailLines.name) return operation;
    const run = (path: string, args: Args): Promise<Result> =>
      readers.read(path, args as TailLinesRequest) as Promise<Result>;
    return { name: operation.name, run };
  }
}

export function createRealService(host: Host, configFile: string): SupervisordService {
  return createSupervisordService(host, { configFile, timeoutMs: 2_000, environment: {} });
}
