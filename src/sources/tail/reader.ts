/**
 * Follows one log through every kind of rotation, byte by byte.
 *
 *   const residents = createResidents((position) => …what is carried between calls…);   // once in the agent process
 *   residents.use(consumer, { path, position, start, truncatedAtBytes }, async ({ tail, carried }) => {
 *     const look = await tail.read(8 * 1024 * 1024, (chunk) => …);   // chunks in the order of writing
 *     const mark = await tail.mark(oldestOpen ?? look.end);          // consumed up to here
 *     return { …counts, ...mark };                                   // counts, mark.position and losses: saved together
 *   });
 *
 * A chunk's bytes are valid only during the callback (the buffer is used again) and hold neither lines nor characters
 * whole: the consumer carries what is incomplete over to the next chunk, also across files, because supervisord cuts its
 * logs in the middle of a line. Only `chunk.gap` says that bytes are missing before it: what was carried over ends there.
 *
 * A byte's name is `{ file: chunk.file, offset: chunk.offset + index }`. `mark` may name any byte since the last mark,
 * such as the first byte of the oldest event that is still open: after a kill everything from there comes again. Losses
 * and rotations are told by the mark that passes them, so that they are counted once however often bytes are read again.
 *
 * Whoever does without `createResidents` begins each call with `resume(position)`, the position that is saved by now.
 * `continued`: the last mark is saved (older files are closed only now). `rewound`: the last reply got lost, the same bytes
 * come again from the mark before, and what was carried is forgotten. `unknown`: close this tail and create one from the
 * position. Never two calls at once.
 */
import { errorCode } from '../../core/errors.ts';
import { begin } from './begin.ts';
import { deliver } from './deliver.ts';
import type { TailChunk } from './deliver.ts';
import { follow } from './follow.ts';
import { accountOf, isAfter } from './ledger.ts';
import type { Account, TailPoint } from './ledger.ts';
import { rewindTo, releaseBefore } from './release.ts';
import { createState, positionIn } from './state.ts';
import type { TailOptions, TailState } from './state.ts';
import type { TailPosition, Unreadable } from './types.ts';

export type { TailChunk } from './deliver.ts';
export type { TailPoint } from './ledger.ts';
export type { TailOptions } from './state.ts';

export interface TailLook {
  /** Bytes delivered, without NUL bytes. */
  readonly readBytes: number;
  /** Bytes that are there and were not delivered yet. */
  readonly lagBytes: number;
  /** Everything that was there when the look began has been delivered. */
  readonly atEnd: boolean;
  readonly unreadable: Unreadable | undefined;
  /** Just after the last byte delivered; undefined until a file was opened. */
  readonly end: TailPoint | undefined;
}

export interface TailMark extends Account {
  /** Undefined while a log that exists cannot be examined at all. */
  readonly position: TailPosition | undefined;
}

export interface Tail {
  /** One look, and at most `maxBytes` bytes delivered. Throws only what `onChunk` throws, never for what a log does. */
  read(maxBytes: number, onChunk: (chunk: TailChunk) => void): Promise<TailLook>;
  /** Everything before the point is consumed; undefined while `look.end` is. See `TailPosition.insideLine`. */
  mark(point: TailPoint | undefined, insideLine?: boolean): Promise<TailMark>;
  resume(saved: TailPosition | undefined): Promise<'continued' | 'rewound' | 'unknown'>;
  close(): Promise<void>;
}

interface Mark {
  readonly point: TailPoint | undefined;
  readonly position: TailPosition | undefined;
}

export function createTail(options: TailOptions): Tail {
  const state = createState(options);
  let acknowledged: Mark = { point: undefined, position: options.position };
  let latest: Mark = acknowledged;
  let delivered = false;

  async function read(maxBytes: number, onChunk: (chunk: TailChunk) => void): Promise<TailLook> {
    const look = await readOnce(state, maxBytes, onChunk);
    delivered ||= look.readBytes > 0;
    return look;
  }

  async function mark(point: TailPoint | undefined, insideLine = false): Promise<TailMark> {
    const at = latestOf(latest.point, point);
    const found = at ? await positionAt(state, at) : state.pending;
    const turn = (latest.position?.turn ?? 0) + Number(delivered);
    const position = found && { ...found, ...(turn > 0 && { turn }), ...(insideLine && { insideLine }) };
    const account = at ? accountOf(state.happenings, latest.point, at) : nothing;
    latest = { point: at, position };
    delivered = false;
    return { position, ...account };
  }

  async function resume(saved: TailPosition | undefined): Promise<'continued' | 'rewound' | 'unknown'> {
    if (isSame(saved, latest.position)) {
      acknowledged = latest;
      await releaseBefore(state, acknowledged.point);
      return 'continued';
    }
    if (!isSame(saved, acknowledged.position) || !(await rewindTo(state, acknowledged.point, acknowledged.position)))
      return 'unknown';
    latest = acknowledged;
    delivered = false;
    return 'rewound';
  }

  return {
    read,
    mark,
    resume,
    close: () => releaseBefore(state, undefined, true),
  };
}

const nothing: Account = { lostBytes: 0, rotations: { renamed: 0, truncated: 0 } };

async function readOnce(state: TailState, maxBytes: number, onChunk: (chunk: TailChunk) => void): Promise<TailLook> {
  try {
    const live = state.generations.at(-1);
    await (live && !live.gone ? follow(state, live) : begin(state));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    state.unreadable = 'error';
  }
  const delivered = await deliver(state, maxBytes, onChunk);
  const unread = state.generations.slice(state.current).map(({ facts, offset }) => Math.max(0, facts.size - offset));
  return {
    ...delivered,
    lagBytes: unread.reduce((sum, bytes) => sum + bytes, 0),
    unreadable: state.unreadable,
    end: state.end,
  };
}

async function positionAt(state: TailState, point: TailPoint): Promise<TailPosition> {
  const generation = state.generations.find(({ id }) => id === point.file);
  if (!generation) throw new RangeError(`a mark in file ${point.file}, which was given up`);
  return positionIn(generation, state.options.path, point.offset);
}

/** A mark never goes back. */
function latestOf(a: TailPoint | undefined, b: TailPoint | undefined): TailPoint | undefined {
  if (!a || !b) return b ?? a;
  return isAfter(a, b) ? a : b;
}

function isSame(a: TailPosition | undefined, b: TailPosition | undefined): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** A position that was saved and read again has its keys in any order. */
function sorted(position: TailPosition | undefined): unknown {
  if (!position) return undefined;
  const { path, device, inode, birthMs, fingerprint, offset, anchor, turn, insideLine } = position;
  return [path, device, inode, birthMs, fingerprint.bytes, fingerprint.sha1, offset, anchor?.sha1, turn, insideLine];
}
