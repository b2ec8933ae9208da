/**
 * Finds what became of a log's earlier generations in its directory: the rest of the file that was being read, under
 * whatever name, and the generations between it and the file that has the log's name now.
 */
import { beginsWith, fingerprintOf, readHead, readPiece } from './fingerprint.ts';
import { isBornAfter, isSameFile, mayBeFileOf } from './facts.ts';
import type { FileFacts } from './facts.ts';
import { openLog } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Entry } from './snapshot.ts';
import type { TailPosition } from './types.ts';

export interface Search {
  readonly path: string;
  /** Up to where the log was read. */
  readonly position: TailPosition;
  /** The position's file if it is open: its rest needs no finding. */
  readonly held: FileFacts | undefined;
  /** The file that has the log's name now. */
  readonly live: FileFacts | undefined;
}

export interface Found {
  /** A file that holds the position's content: the renamed log, or a copy of what was truncated. */
  readonly rest: OpenLog | undefined;
  /** Never read generations, oldest first. */
  readonly between: readonly OpenLog[];
  /** Sizes of generations that are there and cannot be read. */
  readonly lostBytes: number;
}

export async function findGenerations(search: Search): Promise<Found> {
  const { path, position, held, live } = search;
  const entries = await takeSnapshot(path);
  const known = held && entries.find(({ facts }) => isSameFile(facts, held));
  const rest = held && known ? undefined : await findContent(entries, search);
  const last = known ?? rest?.entry;
  // The live file itself was truncated and no copy of it is left: the copies that are there were read when they were live.
  const truncated = live !== undefined && (held ? isSameFile(live, held) : mayBeFileOf(position, live));
  const gone = truncated ? [] : await bornAfter(entries, position);
  const unread = last ? newerThan(entries, last) : gone;
  return { rest: rest?.log, ...(await openAll(untilLive(unread, live), live)) };
}

/** The log holds the bytes that the position speaks of: same beginning, same bytes before the offset. */
export async function holdsContent(log: OpenLog, position: TailPosition): Promise<boolean> {
  const { fingerprint, offset, anchor } = position;
  if (log.facts.size < offset || !beginsWith(await readHead(log.handle), fingerprint)) return false;
  if (anchor === undefined) return true;
  const bytes = await readPiece(log.handle, offset - anchor.bytes, anchor.bytes);
  return fingerprintOf(bytes).sha1 === anchor.sha1;
}

/** The entry that is the position's file by its identity, else a copy of its content. */
async function findContent(
  entries: readonly Entry[],
  { position, held }: Search,
): Promise<{ entry: Entry; log: OpenLog } | undefined> {
  const readable = entries.filter(({ sibling }) => sibling.compression === undefined);
  const byIdentity = held ? [] : readable.filter(({ facts }) => mayBeFileOf(position, facts));
  // A copy was made after the original was born; nothing is recognised by an empty beginning.
  const copies = position.fingerprint.bytes > 0 ? readable.filter(({ facts }) => mayBeCopy(facts, position)) : [];
  for (const entry of [...byIdentity, ...copies.toReversed()]) {
    const log = await openLog(entry.sibling.path);
    if ('unreadable' in log) continue;
    if (isSameFile(log.facts, entry.facts) && (await holdsContent(log, position))) return { entry, log };
    await log.handle.close();
  }
  return undefined;
}

function mayBeCopy(facts: FileFacts, position: TailPosition): boolean {
  if (facts.size < position.offset) return false;
  return isBornAfter(facts, position.birthMs) || !facts.birthTrusted || position.birthMs === undefined;
}

/** Rotation keeps to one scheme of names: other files beside it may be anybody's copies. */
function newerThan(entries: readonly Entry[], last: Entry): Entry[] {
  const scheme = entries.filter(({ sibling }) => sibling.scheme === last.sibling.scheme);
  return last.sibling.scheme === 'other' ? [] : scheme.slice(scheme.indexOf(last) + 1);
}

/** The position's file is gone: what was born after it was never read, but for a copy of it that somebody made. */
async function bornAfter(entries: readonly Entry[], position: TailPosition): Promise<Entry[]> {
  const unread: Entry[] = [];
  for (const entry of entries) {
    const { scheme } = entry.sibling;
    if (scheme === 'other' || !isBornAfter(entry.facts, position.birthMs)) continue;
    if (scheme !== 'single' || !(await isCopy(entry, position))) unread.push(entry);
  }
  return unread.toSorted((a, b) => (a.facts.birthMs ?? 0) - (b.facts.birthMs ?? 0));
}

async function isCopy(entry: Entry, position: TailPosition): Promise<boolean> {
  if (position.fingerprint.bytes === 0 || entry.sibling.compression !== undefined) return false;
  const log = await openLog(entry.sibling.path);
  if ('unreadable' in log) return false;
  const copy = beginsWith(await readHead(log.handle), position.fingerprint);
  await log.handle.close();
  return copy;
}

/** What is newer than the live file appeared while we looked: it is found at the next look. */
function untilLive(entries: readonly Entry[], live: FileFacts | undefined): readonly Entry[] {
  const index = live ? entries.findIndex(({ facts }) => isSameFile(facts, live)) : -1;
  return index < 0 ? entries : entries.slice(0, index);
}

async function openAll(
  entries: readonly Entry[],
  live: FileFacts | undefined,
): Promise<{ between: OpenLog[]; lostBytes: number }> {
  const between: OpenLog[] = [];
  let lostBytes = 0;
  for (const { sibling, facts } of entries) {
    if (live && isSameFile(facts, live)) continue;
    const log = await openLog(sibling.path);
    if (!('unreadable' in log) && sibling.compression === undefined) between.push(log);
    else lostBytes += facts.size;
    if (!('unreadable' in log) && sibling.compression !== undefined) await log.handle.close();
  }
  return { between, lostBytes };
}
