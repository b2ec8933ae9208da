/**
 * One generation of a log: a file held open, so that it can be read to its end whatever becomes of its name, and so
 * that its inode number is not given away. Truncation ends a generation as renaming does.
 */
import type { FileFacts } from './facts.ts';
import { anchorBytes, readAnchor, readHead } from './fingerprint.ts';
import type { LogFile, OpenLog } from './open-log.ts';

/** How reading came from the generation before to this one. */
export interface Transition {
  readonly kind: 'renamed' | 'truncated';
  /** Bytes of earlier generations that are known to be lost. */
  readonly lostBytes: number;
  /** The first bytes here do not continue the last ones delivered, unless a hole says that they do. */
  readonly gap: boolean;
  /** After a truncation: somebody made a copy first, so the writer did not do this itself. */
  readonly copied?: boolean;
  /** Where there is no generation before this one: how far that was read and how long it is known to have been. */
  readonly from?: Extent;
}

export interface Extent {
  readonly readBytes: number;
  readonly knownBytes: number;
}

export interface Generation {
  readonly id: number;
  file: LogFile;
  readonly before: Transition | undefined;
  /** Where this generation begins to be read: 0, but for the one with which everything began. */
  readonly start: number;
  /** The bytes just before the start. */
  readonly startAnchor: Buffer;
  facts: FileFacts;
  /** The content was truncated away: nothing can be read again; the file may be that of a later generation. */
  gone: boolean;
  /** Size one look ago: a file that grew since then still has a writer. */
  previousSize: number | undefined;
  head: Buffer;
  offset: number;
  anchor: Buffer;
}

export interface GenerationStart {
  readonly id: number;
  readonly start: number;
  readonly before: Transition | undefined;
}

export async function createGeneration(log: OpenLog, begin: GenerationStart): Promise<Generation> {
  const head = await readHead(log.file);
  const anchor = await readAnchor(log.file, begin.start);
  return {
    ...begin,
    file: log.file,
    facts: log.facts,
    gone: false,
    previousSize: undefined,
    head,
    offset: begin.start,
    startAnchor: anchor,
    anchor,
  };
}

/** Looks at the file again. False: its content is no longer what was read, it was truncated. */
export async function refresh(generation: Generation): Promise<boolean> {
  const facts = await generation.file.facts();
  const changed = facts.stamp !== generation.facts.stamp;
  generation.previousSize = generation.facts.size;
  if (facts.size < generation.offset) return false;
  if (changed && !(await contentIsTheSame(generation))) return false;
  generation.facts = facts;
  return true;
}

/**
 * The next bytes, at most `maxBytes` and what fits; empty at the end. They share memory with `buffer`.
 * Undefined: the file was truncated, nothing was consumed.
 */
export async function readNext(generation: Generation, buffer: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  const { file, offset, anchor } = generation;
  const want = anchor.length + Math.min(maxBytes, buffer.length - anchor.length);
  const bytesRead = await file.read(buffer, want, offset - anchor.length);
  if (bytesRead < anchor.length) return undefined;
  if (!buffer.subarray(0, anchor.length).equals(anchor)) return undefined;
  if (bytesRead === anchor.length) return buffer.subarray(0, 0);
  // Looked at after the bytes were read: the file may have been truncated and filled anew meanwhile.
  if (!(await headIsTheSame(generation))) return undefined;
  generation.offset = offset - anchor.length + bytesRead;
  generation.anchor = Buffer.from(buffer.subarray(Math.max(0, bytesRead - anchorBytes), bytesRead));
  return buffer.subarray(anchor.length, bytesRead);
}

async function contentIsTheSame(generation: Generation): Promise<boolean> {
  if (!(await headIsTheSame(generation))) return false;
  const anchor = await readAnchor(generation.file, generation.offset);
  return anchor.equals(generation.anchor);
}

async function headIsTheSame(generation: Generation): Promise<boolean> {
  const head = await readHead(generation.file);
  if (!head.subarray(0, generation.head.length).equals(generation.head)) return false;
  generation.head = head;
  return true;
}
