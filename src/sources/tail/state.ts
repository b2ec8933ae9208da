/** What one tail remembers between two looks. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fingerprintOf, headBytes, readAnchor, readHead } from './fingerprint.ts';
import { createGeneration } from './generation.ts';
import type { Generation, Transition } from './generation.ts';
import type { Happening, TailPoint } from './ledger.ts';
import type { OpenLog } from './open-log.ts';
import type { TailPosition, Unreadable } from './types.ts';

export interface TailOptions {
  readonly path: string;
  /** Up to where the consumer has saved what it read; undefined at the very first start. */
  readonly position: TailPosition | undefined;
  /** Without a position: where to begin in a file that exists already. */
  readonly start: 'beginning' | 'end';
  /** Size at which the writer itself empties the file in place (supervisord with backups=0), where that is known. */
  readonly truncatedAtBytes?: number | undefined;
  /** Bytes read at once; a chunk is never longer. */
  readonly chunkBytes?: number | undefined;
}

export interface TailState {
  readonly options: TailOptions;
  /** Oldest first; all but the newest were renamed, deleted or truncated. */
  generations: Generation[];
  /** The generation being read: an index, equal to the length while there is none. */
  current: number;
  /** Where to begin as long as no generation is open, or the newest one was given up. */
  pending: TailPosition | undefined;
  happenings: Happening[];
  unreadable: Unreadable | undefined;
  nextId: number;
  /** The next bytes do not continue the last ones delivered. */
  gap: boolean;
  /** Just after the last byte delivered. */
  end: TailPoint | undefined;
  /** What stat said of the directory when it was last searched without the log being there. */
  searched: string | undefined;
  /** Since when the next generation waits for a renamed file that still grows (monotonic milliseconds). */
  waitingSinceMs: number | undefined;
}

export function createState(options: TailOptions): TailState {
  return {
    options,
    generations: [],
    current: 0,
    pending: options.position,
    happenings: [],
    unreadable: undefined,
    nextId: 1,
    gap: false,
    end: undefined,
    searched: undefined,
    waitingSinceMs: undefined,
  };
}

/** Puts a file behind the newest generation. */
export async function append(
  state: TailState,
  log: OpenLog,
  start: number,
  before: Transition | undefined,
): Promise<Generation> {
  const generation = await closingOnError(log, () => createGeneration(log, { id: state.nextId, start, before }));
  state.nextId += 1;
  state.generations.push(generation);
  if (before) {
    const { kind, lostBytes } = before;
    state.happenings.push({ file: generation.id, offset: start, lostBytes, rotation: kind });
  }
  return generation;
}

/** What was opened for some work does not stay open if the work fails. */
export async function closingOnError<Result>(log: OpenLog, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await log.file.close().catch(() => undefined);
    throw error;
  }
}

/** Names in the log's directory changed since this was last asked. */
export async function directoryChanged(state: TailState): Promise<boolean> {
  const { mtimeNs, ctimeNs, ino } = await stat(dirname(state.options.path), { bigint: true }).catch(() => nowhere);
  const stamp = `${ino}:${mtimeNs}:${ctimeNs}`;
  const changed = stamp !== state.searched;
  // It may change again within the same tick of the file system's clock.
  const isSettled = Date.now() - Number(mtimeNs / 1_000_000n) > 100;
  state.searched = isSettled ? stamp : undefined;
  return changed;
}

const nowhere = { mtimeNs: 0n, ctimeNs: 0n, ino: 0n };

/** A loss that is found while reading; found again when the same bytes are read again. */
export function noteLoss(state: TailState, file: number, offset: number, lostBytes: number): void {
  const known = state.happenings.some(
    (one) => one.rotation === undefined && one.file === file && one.offset === offset,
  );
  if (lostBytes > 0 && !known) state.happenings.push({ file, offset, lostBytes, rotation: undefined });
}

/** Before anything was ever there: whatever is born after that time has not been read. */
export function positionOfNothing(path: string, writtenMs: number): TailPosition {
  const fingerprint = fingerprintOf(Buffer.alloc(0));
  return { path, device: '', inode: '', birthMs: undefined, fingerprint, offset: 0, writtenMs };
}

/** The position of an offset in a generation, with what can be had to recognise it by. */
export async function positionIn(generation: Generation, path: string, offset: number): Promise<TailPosition> {
  const { facts, head } = generation;
  const anchor = offset === generation.offset ? generation.anchor : await anchorAt(generation, offset);
  return {
    path,
    device: facts.device,
    inode: facts.inode,
    birthMs: facts.birthMs,
    fingerprint: fingerprintOf(head.subarray(0, headBytes)),
    offset,
    ...(anchor && { anchor: fingerprintOf(anchor) }),
    seenBytes: Math.max(facts.size, generation.offset),
    writtenMs: facts.mtimeMs,
  };
}

async function anchorAt(generation: Generation, offset: number): Promise<Buffer | undefined> {
  if (generation.gone) return undefined;
  const anchor = await readAnchor(generation.file, offset);
  const head = await readHead(generation.file);
  return head.subarray(0, generation.head.length).equals(generation.head) ? anchor : undefined;
}
