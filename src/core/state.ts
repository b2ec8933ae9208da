import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SavedState, TimedEvent } from './contract.ts';
import { errorMessage } from './errors.ts';
import { createHistory, timedEventSchema } from './history.ts';
import type { History } from './history.ts';
import type { Clock, Logger } from './host.ts';
import { createJsonFile, peekJsonFile } from './json-file.ts';
import { LockedError, takeLock } from './lock.ts';
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

const stateName = 'state.json';
const historyName = 'history.json';
const stateFormat = 'gpunode-exporter state 1';
const historyFormat = 'gpunode-exporter history 1';
const stateContent = z.record(z.string(), z.unknown());
const historyContent = z.array(timedEventSchema);

/**
 * Opens the state directory, which is made if need be. Throws `LockedError` if another exporter uses it. Goes on without the
 * lock where none can be written: a full disk must not make counters begin anew.
 */
export async function openState(directory: string, clock: Clock, log: Logger): Promise<StateStore> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const unlock = takeLockIfWritable(join(directory, 'lock'), log);
  const stateFile = createJsonFile(join(directory, stateName), stateFormat, stateContent, log);
  const historyFile = createJsonFile(join(directory, historyName), historyFormat, historyContent, log);
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

function takeLockIfWritable(path: string, log: Logger): () => void {
  try {
    return takeLock(path);
  } catch (error) {
    if (error instanceof LockedError) throw error;
    log.error('state directory cannot be locked; a second exporter on it would not be noticed', {
      lock: path,
      error: errorMessage(error),
    });
    return () => undefined;
  }
}

/**
 * What an exporter has saved so far, for a process that only looks: takes no lock, writes nothing, and goes on from there in
 * memory. Throws where the files are there and cannot be read or used.
 */
export async function readState(directory: string, clock: Clock): Promise<StateStore> {
  // State first: an event that is newer than it is read again, and recognised by its id.
  const restored = await peekJsonFile(join(directory, stateName), stateFormat, stateContent);
  const events = await peekJsonFile(join(directory, historyName), historyFormat, historyContent);
  return stateInMemory(clock, restored, events);
}

/** Keeps the history in memory and nothing on disk: `state_dir: none`, or a directory that cannot be used. */
export function openNoState(clock: Clock): StateStore {
  return stateInMemory(clock);
}

function stateInMemory(
  clock: Clock,
  restored?: Readonly<Record<string, unknown>>,
  events?: readonly TimedEvent[],
): StateStore {
  const history = createHistory(() => clock.now(), events);
  return {
    history,
    wasRestored: restored !== undefined,
    restored: (collector) => restored?.[collector],
    save: (_collector, _saved, events) => {
      history.add(events);
      return Promise.resolve();
    },
    isSaved: () => false,
    close: () => Promise.resolve(),
  };
}
