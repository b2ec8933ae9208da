import type { Collector, CollectorContext, Outcome, Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { Sources } from '../../sources/index.ts';
import type { Cards } from '../../sources/nvidia-smi/cards.ts';
import { createGpuQueries } from '../../sources/nvidia-smi/queries.ts';
import type { Budget, CardsAnswer } from '../../sources/nvidia-smi/queries.ts';
import { createNvidiaSmi } from '../../sources/nvidia-smi/runner.ts';
import { untilAbort } from '../../sources/nvidia-smi/until-abort.ts';
import type { GpuConfig } from './config.ts';
import type { GpuFacts } from './facts.ts';
import { createHardware } from './hardware.ts';
import { expectedCards, identifyCards, updateInventory, visibleCards } from './inventory.ts';
import type { Inventory, SeenCard } from './inventory.ts';
import { createKernelLog } from './kernel-log.ts';
import { createMemoryLook } from './memory-look.ts';
import { gpuMetrics } from './metrics.ts';
import { createNotes } from './notes.ts';
import { createCudaProbes } from './probes.ts';
import { createRowRemaps } from './row-remaps.ts';
import { cardSamples } from './samples.ts';
import { restoreGpus } from './saved.ts';

// The child's end has to be noticed, and the owners of its pids found, before the round is over.
const marginMs = 500;
const sideWorkMs = 2_000;
// A probe that has no answer yet is worth another look soon.
const probeLookMs = 3_000;

/** One nvidia-smi after the other, the kernel log and the probes beside it. */
export function createGpuCollector(config: GpuConfig, context: CollectorContext<Sources>): Collector<GpuFacts> {
  const { host, sources, programs } = context;
  const { clock } = host;
  const restored = restoreGpus(context.restored);
  const notes = createNotes(host.log);
  const smi = createNvidiaSmi(host.exec, clock, config.command);
  const queries = createGpuQueries(smi);
  const hardware = createHardware(host, notes);
  const kernelLog = createKernelLog(host, notes, restored.xids);
  const probes = createCudaProbes(host, notes, config.probes);
  const remaps = createRowRemaps(queries, clock);
  const memory = createMemoryLook(queries, sources.owners, notes, programs);
  let inventory: Inventory = { expected: restored.expected, cards: restored.cards };

  async function collect(signal: AbortSignal): Promise<Outcome<GpuFacts>> {
    const budget = budgetOf(signal);
    probes.start();
    const aside = Promise.all([hardware.read(sideWorkMs, signal), kernelLog.read(sideWorkMs, signal)]);
    const known = inventory.cards.map(({ uuid }) => uuid);
    const answer = await queries.cards(budget, known);
    await untilAbort(aside, signal);
    const before = inventory;
    const outcome = answer.kind === 'failed' ? answer : await answered(answer, budget);
    return settle(outcome, before);
  }

  /** Everything that a definite answer is good for. */
  async function answered(answer: Exclude<CardsAnswer, { kind: 'failed' }>, budget: Budget): Promise<Answered> {
    const cards = answer.kind === 'none' ? noCards : answer.cards;
    const seen = await remaps.complete(identifyCards(cards.cards, inventory.cards), budget);
    const updated = updateInventory(inventory, config.expected_count, { cards, seen }, clock.now());
    inventory = updated.inventory;
    const visible = visibleCards(cards);
    const message = answer.kind === 'none' ? answer.message : answer.complaint;
    notes.warn('nvidia-smi', expected() > 0 ? message : '');
    notePersistence(seen);
    const oneByOne = answer.kind === 'none' ? undefined : answer.oneByOne;
    const held =
      seen.length === 0 ? undefined : await memory.look(budget, { seen, oneByOne, hardware: hardware.value() });
    return {
      kind: 'answered',
      events: updated.events,
      samples: [sample(gpuMetrics.visible, {}, visible), ...seen.flatMap(cardSamples), ...(held?.samples ?? [])],
      facts: {
        visible,
        expected: expected(),
        message,
        cards: seen,
        missing: inventory.cards.filter(({ visible }) => !visible),
        memory: held?.held,
        probes: probes.answers(),
      },
    };
  }

  function settle(outcome: Answered | Extract<CardsAnswer, { kind: 'failed' }>, before: Inventory): Outcome<GpuFacts> {
    const kernel = kernelLog.count(inventory.cards);
    // A node without cards has no use for it.
    notes.info('kernel log', inventory.cards.length > 0 ? kernelLog.problem() : '');
    const recounted = JSON.stringify(before) !== JSON.stringify(inventory) || kernel.changed === 'counters';
    const xids = kernelLog.saved();
    const base = {
      health: health(),
      saved: {
        data: { ...inventory, ...(xids === undefined ? {} : { xids }) },
        changed: recounted ? ('counters' as const) : kernel.changed,
      },
    };
    if (outcome.kind === 'failed') {
      return { ok: false, reason: outcome.reason, error: outcome.message, events: kernel.events, ...base };
    }
    const { samples, facts, events } = outcome;
    const isAsked = facts.probes.some(({ available, asking }) => asking && available === undefined);
    const soon = isAsked ? { nextInMs: probeLookMs } : {};
    return { ok: true, samples, facts, events: [...events, ...kernel.events], ...base, ...soon };
  }

  /** What must be said also, and above all, while nvidia-smi gives no answer. */
  function health(): Sample[] {
    const codes = queries.takeExitCodes();
    const code = codes.includes(undefined) ? undefined : (codes.find((each) => each !== 0) ?? codes[0]);
    return [
      sample(gpuMetrics.expected, {}, expected()),
      sample(gpuMetrics.queryStuck, {}, smi.stuckMs() / 1000),
      ...(code === undefined ? [] : [sample(gpuMetrics.queryExitCode, {}, code)]),
      ...kernelLog.samples(inventory.cards),
      ...probes.samples(),
    ];
  }

  function expected(): number {
    return expectedCards(config.expected_count, inventory.expected, hardware.value());
  }

  function notePersistence(seen: readonly SeenCard[]): void {
    const off = seen.some(({ flags }) => flags.persistenceMode === false);
    const text =
      'persistence mode is off: without another client every nvidia-smi initialises the cards anew, which takes seconds';
    notes.info('persistence mode', off ? text : '');
  }

  function budgetOf(signal: AbortSignal): Budget {
    const endMs = clock.monotonicMs() + config.timeout - Math.min(marginMs, config.timeout / 5);
    return { signal, remainingMs: () => endMs - clock.monotonicMs() };
  }

  return {
    collect,
    close(): Promise<void> {
      probes.close();
      return Promise.resolve();
    },
  };
}

interface Answered {
  readonly kind: 'answered';
  readonly samples: readonly Sample[];
  readonly facts: GpuFacts;
  readonly events: Outcome['events'] & object;
}

const noCards: Cards = { count: undefined, cards: [], listed: [] };
