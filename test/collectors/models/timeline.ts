import { createSubject } from '../../../src/commands/gate/subject.ts';
import type { Collector, OkOutcome } from '../../../src/core/contract.ts';
import { modelsModule } from '../../../src/collectors/models/index.ts';
import type { ModelFact } from '../../../src/collectors/models/index.ts';
import { createTestHost } from '../../support/host.ts';
import { fakeNode, fakeSources } from './sources.ts';

export interface Timeline {
  /** One look of the collector and of the gate, without any time passing. */
  look(): Promise<string>;
  /** Looks once a second for so long, and says what it came to. */
  rest(seconds: number): Promise<string>;
}

const stableForMs = 3_000;

/**
 * Watches a model on a clock that the test moves, through the collector and the gate at once. What they see is told as
 * `present complete stable open`, with anomalies in brackets.
 */
export function watchModel(
  path: string,
  around: <T>(action: () => Promise<T>) => Promise<T> = (action) => action(),
): Timeline {
  const host = createTestHost();
  const config = modelsModule.configSchema.parse({ files: [{ name: 'm', path, program: 'llama' }], directories: [] });
  const context = { host, sources: fakeSources(fakeNode()), programs: ['llama'], restored: undefined };
  const collector = modelsModule.create(config, context);
  if (collector === undefined) throw new Error('not configured');
  const watched = collector;
  const gate = createSubject(path, {
    files: host.files,
    clock: host.clock,
    stableForMs,
    timeoutMs: 600_000,
    content: true,
  });

  async function look(): Promise<string> {
    const { facts } = await around(() => collect(watched));
    const { blockers } = await around(() => gate.look(5_000));
    return [...describe(facts.models[0]), blockers.length === 0 ? 'open' : 'shut'].join(' ');
  }

  return {
    look,
    async rest(seconds) {
      let state = '';
      for (let second = 0; second < seconds; second += 1) {
        host.clock.nowMs += 1_000;
        state = await look();
      }
      return state;
    },
  };
}

export async function collect<Facts>(collector: Collector<Facts>): Promise<OkOutcome<Facts>> {
  const outcome = await collector.collect(AbortSignal.timeout(10_000));
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome;
}

function describe(fact: ModelFact | undefined): string[] {
  if (fact === undefined || fact.unknown !== undefined) return ['unknown'];
  const { present, readable, complete, stable, anomalies } = fact;
  return [
    present === true ? 'present' : 'absent',
    ...(present === true && readable === false ? ['unreadable'] : []),
    ...(complete === undefined ? [] : [complete ? 'complete' : 'incomplete']),
    ...(stable === undefined ? [] : [stable ? 'stable' : 'restless']),
    ...(anomalies.length === 0 ? [] : [`[${anomalies.join(' ')}]`]),
  ];
}
