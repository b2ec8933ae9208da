import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SavedState, TimedEvent } from './contract.ts';
import { createHistory, timedEventSchema } from './history.ts';
import type { History } from './history.ts';
import type { Clock, Logger } from './host.ts';
import { createJsonFile } from './json-file.ts';
import { takeLock } from './lock.ts';
import { createStateWriter } from './state-writer.ts';

/** Counters with the positions they were counted from, and the history: what outlives the process. */
export interface StateStore {
  readonly history: History;
  /** True if an earlier run's counters were taken over. */
  readonly wasRestored: boolean;
  /** What a collector saved last; it validates this itself. */
  restored(collector: string): unknown;
  /**
   * Resolves when it is right to publish: at once if nothing counts, after the write if a counter changed, and in any
   * case within two seconds, because a full disk must not blind the node.
   */
  save(collector: string, saved: SavedState | undefined, events: readonly TimedEvent[]): Promise<void>;
  /** False when the newest counters are not on disk. */
  isSaved(): boolean;
  /** Last write, synced, and the lock given back. */
  close(): Promise<void>;
}

const stateFormat = 'gpunode-exporter state 1';
const historyFormat = 'gpunode-exporter history 1';

/** Opens the state directory, which is made if need be. Throws `LockedError` if another exporter uses it. */
export async function openState(directory: string, clock: Clock, log: Logger): Promise<StateStore> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const unlock = takeLock(join(directory, 'lock'));
  const content = z.record(z.string(), z.unknown());
  const stateFile = createJsonFile(join(directory, 'state.json'), stateFormat, content, log);
  const historyFile = createJsonFile(join(directory, 'history.json'), historyFormat, z.array(timedEventSchema), log);
  const restored = await stateFile.read();
  const history = createHistory(() => clock.now(), (await historyFile.read()) ?? []);
  const writer = createStateWriter({ stateFile, historyFile, history, collectors: { ...restored }, clock, log });
  return {
    history,
    wasRestored: restored !== undefined,
    restored: (collector) => restored?.[collector],
    save: writer.save,
    isSaved: writer.isSaved,
    async close(): Promise<void> {
      await writer.close();
      unlock();
    },
  };
}

/** Keeps the history in memory and nothing on disk: `state_dir: none`, or a directory that cannot be used. */
export function openNoState(clock: Clock): StateStore {
  const history = createHistory(() => clock.now());
  return {
    history,
    wasRestored: false,
    restored: () => undefined,
    save: (_collector, _saved, events) => {
      history.add(events);
      return Promise.resolve();
    },
    isSaved: () => false,
    close: () => Promise.resolve(),
  };
}
