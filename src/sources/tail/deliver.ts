/** Reads what the generations hold, in order, and hands it on without NUL bytes. */
import { anchorBytes } from './fingerprint.ts';
import { afterTruncation, giveUpRest } from './follow.ts';
import { readNext } from './generation.ts';
import type { Generation } from './generation.ts';
import { pieces } from './holes.ts';
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

export async function deliver(
  state: TailState,
  maxBytes: number,
  onChunk: (chunk: TailChunk) => void,
): Promise<{ readBytes: number; atEnd: boolean }> {
  let readBytes = 0;
  let budget = maxBytes;
  let buffer: Buffer | undefined;
  while (budget > 0) {
    const generation = state.generations[state.current];
    if (!generation) return { readBytes, atEnd: true };
    buffer ??= Buffer.allocUnsafeSlow(bufferSize(state));
    const offset = generation.offset;
    const bytes = generation.gone ? buffer.subarray(0, 0) : await readNext(generation, buffer, budget);
    if (bytes === undefined) {
      await contentIsGone(state, generation);
    } else if (bytes.length > 0) {
      budget -= bytes.length;
      readBytes += handOn(state, generation, { offset, bytes }, onChunk);
    } else if (hasSuccessor(state, generation)) {
      if (!isSettled(state, generation)) return { readBytes, atEnd: false };
      state.current += 1;
    } else {
      return { readBytes, atEnd: true };
    }
  }
  return { readBytes, atEnd: false };
}

/** Small for a trickle, so that many idle logs cost nothing. */
function bufferSize(state: TailState): number {
  const unread = state.generations.slice(state.current).map(({ facts, offset }) => facts.size - offset);
  const want = Math.max(smallestBuffer, ...unread) + anchorBytes + 1;
  return Math.min(state.options.chunkBytes ?? defaultChunkBytes, want) + anchorBytes;
}

async function contentIsGone(state: TailState, generation: Generation): Promise<void> {
  if (generation === state.generations.at(-1)) await afterTruncation(state, generation);
  else giveUpRest(state, generation);
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

/** Of several writers some may go on in the renamed file for a moment: one look without growth before moving on. */
function isSettled(state: TailState, generation: Generation): boolean {
  const nextIsLive = state.current === state.generations.length - 2;
  if (generation.gone || !nextIsLive) return true;
  if (generation.previousSize === generation.offset) return true;
  return Date.now() - generation.facts.mtimeMs > quietMs;
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
  if (state.end?.file === generation.id || generation.before === undefined) return;
  const { gap, truncatedFrom } = generation.before;
  if (truncatedFrom === undefined) {
    state.gap ||= gap;
    return;
  }
  const { readBytes, knownBytes, copied } = truncatedFrom;
  const { truncatedAtBytes } = state.options;
  // A writer that does not append goes on at its old offset: the hole is as long as what it had written.
  // A writer that empties the file itself does so when it has written that much.
  const written = offset > 0 ? offset : (!copied && truncatedAtBytes) || undefined;
  const continues = offset > 0 ? written === readBytes : written !== undefined && readBytes >= written;
  state.gap ||= !continues;
  const lostBytes = Math.max(0, (written ?? 0) - Math.max(readBytes, knownBytes));
  if (lostBytes > 0) state.happenings.push({ file: generation.id, offset: offset + 1, lostBytes, rotation: undefined });
}
