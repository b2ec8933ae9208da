import { SourceError } from '../../core/contract.ts';
import type { Collector, CollectorContext, Outcome, Sample } from '../../core/contract.ts';
import { toSourceError } from '../../core/errors.ts';
import { sample } from '../../core/samples.ts';
import { timeoutSignal } from '../../core/timeout-signal.ts';
import type { Sources } from '../../sources/index.ts';
import { NotAskedError } from '../../sources/supervisord/fault.ts';
import type { ProgramStanza, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { createBookkeeper } from './bookkeeper.ts';
import type { Books } from './bookkeeper.ts';
import type { SupervisorConfig } from './config.ts';
import { factsOf } from './facts.ts';
import type { SupervisorFacts } from './facts.ts';
import { readPiece } from './main-log-reader.ts';
import { metrics } from './metrics.ts';
import { currentSamples, lastingSamples } from './samples.ts';

// Shares of a round's time: until when the log may be read, and until when supervisord must have answered.
const readShare = 0.5;
const answerShare = 0.9;

/** Restarts from supervisord's main log, exactly; states from its RPC. */
export function createSupervisorCollector(
  config: SupervisorConfig,
  context: CollectorContext<Sources>,
): Collector<SupervisorFacts> {
  const { host, sources } = context;
  const bookkeeper = createBookkeeper(context);

  async function collect(signal: AbortSignal): Promise<Outcome<SupervisorFacts>> {
    const startedMs = host.clock.monotonicMs();
    const deadline = AbortSignal.any([signal, timeoutSignal(config.timeout * answerShare)]);
    const supervisord = await sources.supervisord.config(deadline).catch(() => undefined);
    const books = await bookkeeper.keep({
      supervisord,
      read: (position, timeoutMs) => readPiece(host.files, supervisord, position, { timeoutMs, signal: deadline }),
      ask: (maxAgeMs) => ask(maxAgeMs, deadline),
      leftMs: () => startedMs + config.timeout * readShare - host.clock.monotonicMs(),
    });
    return outcomeOf(books, supervisord?.programs ?? []);
  }

  async function ask(maxAgeMs: number, deadline: AbortSignal): Promise<SupervisordSnapshot | SourceError> {
    try {
      return await sources.supervisord.snapshot({ maxAgeMs, signal: deadline });
    } catch (error) {
      return toSourceError(error, 'asking supervisord');
    }
  }

  return { collect };
}

const soonMs = 50;

function outcomeOf(books: Books, stanzas: readonly ProgramStanza[]): Outcome<SupervisorFacts> {
  const { answer, targets, programs, saved, events, behindBytes } = books;
  if (behindBytes !== undefined) {
    const error = `reading what supervisord logged in the meantime, ${behindBytes} bytes to go`;
    return { ok: false, reason: 'timeout', error, health: [], saved, events, nextInMs: soonMs };
  }
  const lasting = lastingSamples(programs, targets);
  if (answer instanceof SourceError) {
    const { reason, message } = answer;
    return {
      ok: false,
      reason,
      error: message,
      withdraw: true,
      health: [...isDown(answer), ...lasting],
      saved,
      events,
    };
  }
  return {
    ok: true,
    samples: currentSamples(answer, targets),
    facts: factsOf(answer, stanzas, programs, targets),
    health: [sample(metrics.up, {}, 1), ...lasting],
    saved,
    events,
  };
}

/** Not allowed to ask, or not asked, is not known to be down. */
function isDown(error: SourceError): Sample[] {
  return error.reason === 'denied' || error instanceof NotAskedError ? [] : [sample(metrics.up, {}, 0)];
}
