import { createChecklist } from './checklist/checklist.ts';
import type { Checklist } from './checklist/checklist.ts';
import type { NodeConfig } from './checklist/node-config.ts';
import type { DatedVerdict, NodeView } from './checklist/types.ts';
import { viewOf } from './checklist/view.ts';
import { collectors } from './collectors/index.ts';
import type { Config } from './config/schema.ts';
import { sectionOf } from './config/schema.ts';
import { startCollector } from './core/collector-runner.ts';
import type { CollectorRunner, CollectorState } from './core/collector-runner.ts';
import type { Sample } from './core/contract.ts';
import type { Host } from './core/host.ts';
import { renderSamples } from './core/render.ts';
import { sample } from './core/samples.ts';
import { selfMetrics } from './core/self-metrics.ts';
import type { StateStore } from './core/state.ts';
import { createSources } from './sources.ts';

export interface AppOptions {
  readonly config: Config;
  readonly host: Host;
  readonly state: StateStore;
  readonly version: string;
  /** Collectors switched off on the command line. */
  readonly disabled: ReadonlySet<string>;
}

/** The running exporter without its HTTP side. */
export interface App {
  /** The whole exposition; never throws. */
  metrics(): Promise<string>;
  /** What is known of the node now. */
  node(): NodeView;
  /** The verdicts on what is known now. */
  verdicts(): readonly DatedVerdict[];
  /** How each collector that runs is. */
  collectors(): readonly CollectorState[];
  /** Names of collectors that have no outcome yet. */
  waitingFor(): readonly string[];
  /** Stops all rounds and saves; takes at most a good second, whatever hangs. */
  stop(): Promise<void>;
}

const lookEveryMs = 1_000;
// Together with the last write this stays below the two seconds that a stop may take.
const stopCollectorsWithinMs = 600;

/** Where its memory lies in the state, beside the collectors'. */
const checklistKey = 'checklist';

/** Config and host become collectors, each on its own clock. */
export function startApp({ config, host, state, version, disabled }: AppOptions): App {
  const sources = createSources(config, host);
  const runners: CollectorRunner[] = [];
  for (const module of collectors) {
    if (disabled.has(module.name)) continue;
    const section = sectionOf(config, module);
    const restored = state.restored(module.name);
    const context = { host, sources, programs: config.programs, restored };
    const collector = module.create(section as never, context);
    if (collector !== undefined) runners.push(startCollector(module.name, collector, section, { ...host, state }));
  }

  const checklist = createChecklist(state.restored(checklistKey), host.clock.now());
  let saved: unknown;
  const node = (): NodeView =>
    viewOf({
      nowMs: host.clock.now(),
      // Each section is what its own schema made.
      config: config as unknown as NodeConfig,
      events: state.history.events(),
      watchedSinceMs: checklist.watchedSinceMs(),
      outcomes: new Map(runners.map((runner) => [runner.name, runner.outcome() ?? null])),
    });

  function look(): void {
    checklist.look(node());
    if (checklist.saved() === saved) return;
    saved = checklist.saved();
    void state.save(checklistKey, { data: saved, changed: 'positions' }, []);
  }
  function looked(): Checklist {
    look();
    return checklist;
  }
  look();
  // Also when nobody asks: since when a verdict holds is known only to who looks.
  const looking = setInterval(look, lookEveryMs);

  function samples(): Sample[] {
    return [
      sample(selfMetrics.buildInfo, { version, node_version: process.version }, 1),
      sample(selfMetrics.stateRestored, {}, state.wasRestored),
      sample(selfMetrics.stateSaved, {}, state.isSaved()),
      sample(selfMetrics.agentStuckSeconds, {}, host.files.stuckMs() / 1000),
      ...runners.flatMap((runner) => runner.samples()),
      ...looked().samples(),
    ];
  }

  return {
    metrics: () => renderSamples(samples()),
    node,
    verdicts: () => looked().verdicts(),
    collectors: () => runners.map((runner) => runner.state()),
    waitingFor: () => runners.filter((runner) => !runner.hasOutcome()).map(({ name }) => name),
    async stop(): Promise<void> {
      clearInterval(looking);
      await Promise.all(runners.map((runner) => runner.stop(stopCollectorsWithinMs)));
      await state.close();
    },
  };
}
