import type { SavedState, TimedEvent } from './contract.ts';
import { errorMessage } from './errors.ts';
import type { History } from './history.ts';
import type { Clock, Logger } from './host.ts';
import type { JsonFile } from './json-file.ts';

const publishAnywayAfterMs = 2_000;
const positionsWithinMs = 10_000;
const syncEveryMs = 60_000;
// A flood of log events must not turn into a flood of writes.
const minGapMs = 200;

export interface StateWriterParts {
  readonly stateFile: JsonFile<Record<string, unknown>>;
  readonly historyFile: JsonFile<readonly TimedEvent[]>;
  readonly history: History;
  readonly collectors: Record<string, unknown>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface StateWriter {
  readonly save: (collector: string, state: SavedState | undefined, events: readonly TimedEvent[]) => Promise<void>;
  readonly isSaved: () => boolean;
  readonly close: () => Promise<void>;
}

/** Decides when the state directory is written: soon when something was counted, seldom when only positions moved. */
export function createStateWriter(parts: StateWriterParts): StateWriter {
  const { stateFile, historyFile, history, collectors, clock, log } = parts;
  let saved = true;
  let historyChanged = false;
  let lastSyncMs = -Infinity;
  let next: { write: Promise<void>; start: () => void } | undefined;
  let previous: Promise<void> = Promise.resolve();

  /** One write at a time; whoever comes before it starts is in it. */
  function write(withinMs: number): Promise<void> {
    if (next === undefined) {
      const { promise: begin, resolve: start } = Promise.withResolvers<void>();
      const write = Promise.all([begin, previous]).then(() => {
        next = undefined;
        return writeNow(false);
      });
      previous = write.then(() => pause(minGapMs));
      next = { write, start };
    }
    const { write: planned, start } = next;
    if (withinMs === 0) start();
    else setTimeout(start, withinMs).unref();
    return planned;
  }

  async function writeNow(mustSync: boolean): Promise<void> {
    const sync = mustSync || clock.monotonicMs() - lastSyncMs >= syncEveryMs;
    // Both as of now: what is saved while they are written must not be counted on disk before it is in the history.
    const counted = { ...collectors };
    const events = historyChanged ? history.events() : undefined;
    historyChanged = false;
    try {
      // History first: an event that is in it but not yet counted is recognised by its id when it is read again.
      if (events !== undefined) await historyFile.write(events, { sync });
      await stateFile.write(counted, { sync });
      if (sync) lastSyncMs = clock.monotonicMs();
      if (!saved) log.info('state is saved again');
      saved = true;
    } catch (error) {
      historyChanged ||= events !== undefined;
      if (saved) log.error('state cannot be saved; counters will begin anew after a restart', describe(error));
      saved = false;
    }
  }

  async function save(collector: string, state: SavedState | undefined, events: readonly TimedEvent[]): Promise<void> {
    if (history.add(events)) historyChanged = true;
    if (state !== undefined && state.changed !== 'none') collectors[collector] = state.data;
    if (state?.changed === 'counters' || historyChanged) {
      const late = pause(publishAnywayAfterMs).then(() => true);
      const slow = await Promise.race([write(0).then(() => false), late]);
      if (slow) saved = false;
    } else if (state?.changed === 'positions') {
      void write(positionsWithinMs);
    }
  }

  return {
    save,
    isSaved: () => saved,
    async close(): Promise<void> {
      next?.start();
      await Promise.race([previous.then(() => writeNow(true)), pause(publishAnywayAfterMs / 2)]);
    },
  };
}

function describe(error: unknown): { error: string } {
  return { error: errorMessage(error) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
