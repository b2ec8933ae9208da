/** Reads what the generations hold, in order, and hands it on without NUL bytes. */
import { errorCode } from '../../core/errors.ts';
import { anchorBytes } from './fingerprint.ts';
import { afterTruncation, giveUpRest } from './follow.ts';
import { readNext } from './generation.ts';
import type { Extent, Generation } from './generation.ts';
import { pieces } from './holes.ts';
import { noteLoss } from './state.ts';
import type { TailState } from './state.ts';

export interface TailChunk {
  /** Id of the generation: ascending in the order of writing. */
  readonly file: number;
  /** Where in that file the bytes begin. */
  readonly offset: number;
  /** Valid only until the callback returns. */
  readonly bytes: Buffer;
  /** Bytes are missing, or may be, between the last chunk and this one. */
  readonly gap: boolean;
}

const defaultChunkBytes = 1_048_576;
const smallestBuffer = 4096;

export interface Delivery {
  /** Bytes handed on, without NUL bytes. */
  readBytes: number;
  atEnd: boolean;
}

export async function deliver(
  state: TailState,
  maxBytes: number,
  onChunk: (chunk: TailChunk) => void,
): Promise<Delivery> {
  const delivery = { readBytes: 0, atEnd: false };
  let buffer: Buffer | undefined;
  let budget = maxBytes;
  while (budget > 0) {
    const generation = state.generations[state.current];
    if (!generation) return { ...delivery, atEnd: true };
    const { offset } = generation;
    // As of this look: an idle log costs no read.
    if (generation === state.generations.at(-1) && offset >= generation.facts.size) return { ...delivery, atEnd: true };
    buffer ??= Buffer.allocUnsafeSlow(bufferSize(state));
    const bytes = await nextBytes(state, generation, buffer, budget);
    if (bytes === 'failed') return delivery;
    if (bytes === 'changed') continue;
    budget -= bytes.length;
    if (bytes.length > 0) delivery.readBytes += handOn(state, generation, { offset, bytes }, onChunk);
    else if (!hasSuccessor(state, generation)) return { ...delivery, atEnd: true };
    else if (isSettled(state, generation)) state.current += 1;
    else return delivery;
  }
  return delivery;
}

/** Empty at the end of the generation; `changed` if its content turned out to be another's, so that others come first. */
async function nextBytes(
  state: TailState,
  generation: Generation,
  buffer: Buffer,
  maxBytes: number,
): Promise<Buffer | 'changed' | 'failed'> {
  if (generation.gone) return buffer.subarray(0, 0);
  const isNewest = generation === state.generations.at(-1);
  try {
    const bytes = await readNext(generation, buffer, maxBytes);
    if (bytes) return bytes;
    await (isNewest ? afterTruncation(state, generation) : giveUpRest(state, generation));
    return 'changed';
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    if (!isNewest) giveUpRest(state, generation);
    else state.unreadable = 'error';
    return isNewest ? 'failed' : 'changed';
  }
}

/** Small for a trickle, so that many idle logs cost nothing. */
function bufferSize(state: TailState): number {
  const unread = state.generations.slice(state.current).map(({ facts, offset }) => facts.size - offset);
  const want = Math.max(smallestBuffer, ...unread) + anchorBytes + 1;
  return Math.min(state.options.chunkBytes ?? defaultChunkBytes, want) + anchorBytes;
}

/**
 * Something was written to a later file, as of this look, which came before the read that found the end here: then a
 * writer that moves on from one file to the next is done with this one.
 */
function hasSuccessor(state: TailState, generation: Generation): boolean {
  const later = state.generations.slice(state.current + 1);
  return later.some(({ facts }) => facts.size > 0) || (generation.gone && later.length > 0);
}

const quietMs = 1000;
const patienceMs = 5000;

/** Of several writers some may go on in the renamed file for a moment: one look without growth before moving on. */
function isSettled(state: TailState, generation: Generation): boolean {
  const next = state.generations[state.current + 1];
  const nextIsLive = next === state.generations.at(-1) && next?.before?.kind === 'renamed';
  const isQuiet = generation.previousSize === generation.offset || Date.now() - generation.facts.mtimeMs > quietMs;
  state.waitingSinceMs ??= performance.now();
  const settled = generation.gone || !nextIsLive || isQuiet || performance.now() - state.waitingSinceMs > patienceMs;
  if (settled) state.waitingSinceMs = undefined;
  return settled;
}

function handOn(
  state: TailState,
  generation: Generation,
  read: { offset: number; bytes: Buffer },
  onChunk: (chunk: TailChunk) => void,
): number {
  const file = generation.id;
  let readBytes = 0;
  for (const { start, end } of pieces(read.bytes)) {
    const offset = read.offset + start;
    beginGeneration(state, generation, offset);
    onChunk({ file, offset, bytes: read.bytes.subarray(start, end), gap: state.gap });
    state.gap = false;
    state.end = { file, offset: read.offset + end };
    readBytes += end - start;
  }
  return readBytes;
}

/** The first byte of a generation that is not NUL tells whether it continues the one before. */
function beginGeneration(state: TailState, generation: Generation, offset: number): void {
  const { before } = generation;
  if (state.end?.file === generation.id || before === undefined) return;
  const { readBytes, knownBytes } = before.from ?? extentBefore(state, generation);
  const { truncatedAtBytes } = state.options;
  state.gap ||= before.gap;
  let writtenBytes = 0;
  if (offset > 0) {
    // A writer that does not append goes on at its old offset: the hole is as long as what it had written.
    writtenBytes = offset;
    state.gap = offset !== readBytes;
  } else if (before.kind === 'truncated' && before.copied !== true && truncatedAtBytes !== undefined) {
    // A writer that empties the file itself does so as soon as it has written that much.
    writtenBytes = truncatedAtBytes;
    state.gap = readBytes < writtenBytes;
  }
  noteLoss(state, generation.id, offset + 1, writtenBytes - Math.max(readBytes, knownBytes));
}

function extentBefore(state: TailState, generation: Generation): Extent {
  const before = state.generations[state.generations.indexOf(generation) - 1];
  const readBytes = before?.offset ?? 0;
  return { readBytes, knownBytes: before?.facts.size ?? readBytes };
}
