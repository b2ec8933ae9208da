/**
 * Finds what became of a log's earlier generations in its directory: the rest of the file that was being read, under
 * whatever name, and the generations between it and the file that has the log's name now.
 */
import { basename, dirname, join } from 'node:path';
import { beginsWith, fingerprintOf, readAnchor, readHead, readPiece, tellingBytes } from './fingerprint.ts';
import { isSameFile, isYounger, mayBeFileOf } from './facts.ts';
import type { FileFacts } from './facts.ts';
import { statLog } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import { findSiblings } from './siblings.ts';
import type { Sibling } from './siblings.ts';
import { closeAll, take } from './steps.ts';
import type { Step } from './steps.ts';
import type { TailPosition } from './types.ts';

export interface Search {
  readonly path: string;
  /** Up to where the log was read. */
  readonly position: TailPosition;
  /** The position's file if it is open and was not truncated: its rest needs no finding. */
  readonly held: OpenLog | undefined;
  /** The file that has the log's name now. */
  readonly live: OpenLog | undefined;
}

export interface Found {
  /** A file that holds the position's content: the renamed log, or a copy of what was truncated. */
  readonly rest: OpenLog | undefined;
  /** Generations that were never read, oldest first. */
  readonly between: readonly Unread[];
  /** Sizes of generations after these that are there and cannot be read. */
  readonly lostBytes: number;
}

export interface Unread extends OpenLog {
  /** Sizes of generations just before this one that cannot be read. */
  readonly lostBytes: number;
}

/** What a position says of its file's content. */
export type KnownContent = Pick<TailPosition, 'fingerprint' | 'offset' | 'anchor'>;

/** Files opened at once, at most. */
const maxGenerations = 200;
const attempts = 6;

/** Walks back from the newest generation to the one that was being read. What is not part of the answer is closed. */
export async function findGenerations(search: Search): Promise<Found> {
  let found = await walk(search);
  for (let attempt = 1; attempt < attempts && !found.isSure; attempt += 1) {
    await closeAll([...found.steps, ...(found.known ? [found.known] : [])]);
    found = await walk(search);
  }
  const { steps, known, isSure } = found;
  const rest = known ?? (await atItsOldPath(search));
  const isLater = (step: Step): boolean => (rest ? isInScheme(step, rest) : isUnread(step, search));
  const unread = steps.filter((step) => isLater(step) && (isSure || isOlderThanLive(step, search)));
  await closeAll(steps.filter((step) => !unread.includes(step)));
  if (search.held) await closeAll(rest ? [rest] : []);
  return { rest: search.held ? undefined : rest?.log, ...inOrder(unread) };
}

interface Walk {
  /** Newer than the known one, newest first. */
  readonly steps: readonly Step[];
  /** The position's file, or a copy of its content. */
  readonly known: Step | undefined;
  /** False: the log was rotated meanwhile so often that something may be missing, or here in a wrong place. */
  readonly isSure: boolean;
}

async function walk(search: Search): Promise<Walk> {
  const { path, live } = search;
  const before = await nameOf(path);
  let steps: Step[] = [];
  let known: Step | undefined;
  let metLive = false;
  const seen = new Set<string>();
  const siblings = await findSiblings(path);
  const original = await originalOf(siblings, search);
  for (const sibling of siblings) {
    const plainPath = join(dirname(sibling.path), sibling.plainName);
    const step = seen.has(plainPath) ? undefined : await take(sibling);
    if (!step) continue;
    seen.add(plainPath);
    // What is newer than the live file appeared while we looked: it is found at the next look.
    const overtaken = live !== undefined && (await isLive(step, live));
    metLive ||= overtaken;
    const close = overtaken ? steps.filter((one) => one.sibling.scheme === sibling.scheme) : [];
    if (overtaken || steps.some(({ facts }) => isSameFile(facts, step.facts))) close.push(step);
    else if (await isPositionsFile(step, search, original).catch(() => false)) known = step;
    else steps.push(step);
    await closeAll(close);
    steps = steps.filter((one) => !close.includes(one));
    if (known || steps.length >= maxGenerations) break;
  }
  const isQuiet = before === (await nameOf(path));
  // Renamed only, and both ends were met: then everything between them was.
  const isComplete = metLive && known !== undefined && steps.every(({ sibling }) => sibling.compression === undefined);
  const isLost = original !== undefined && known === undefined;
  return { steps, known, isSure: (isQuiet || isComplete) && !isLost };
}

/** Changes whenever the log is rotated. */
async function nameOf(path: string): Promise<string> {
  const facts = await statLog(path);
  return 'unreadable' in facts ? facts.unreadable : `${facts.device}:${facts.inode}:${facts.birthMs}`;
}

/** From the oldest to the newest. */
function inOrder(steps: readonly Step[]): { between: Unread[]; lostBytes: number } {
  const between: Unread[] = [];
  let lostBytes = 0;
  for (const { log, facts } of steps.toReversed()) {
    if (log) between.push({ ...log, lostBytes });
    lostBytes = log ? 0 : lostBytes + facts.size;
  }
  return { between, lostBytes };
}

/** The log holds the bytes that a position speaks of: same beginning, same bytes before the offset. */
export async function holdsContent({ file, facts }: OpenLog, content: KnownContent): Promise<boolean> {
  const { fingerprint, offset, anchor } = content;
  if (facts.size < offset || !beginsWith(await readHead(file), fingerprint)) return false;
  if (anchor === undefined) return true;
  const bytes = await readPiece(file, offset - anchor.bytes, anchor.bytes);
  return fingerprintOf(bytes).sha1 === anchor.sha1;
}

function isOlderThanLive({ facts }: Step, { live }: Search): boolean {
  return !live || (facts.birthMs ?? 0) <= (live.facts.birthMs ?? 0);
}

/** The live file, renamed since, and perhaps compressed since. */
async function isLive({ sibling, facts, log }: Step, live: OpenLog): Promise<boolean> {
  if (isSameFile(facts, live.facts)) return true;
  return log !== undefined && sibling.compression !== undefined && isCopyOf(log, live).catch(() => false);
}

/** Files that are open and have a name are known by that. */
async function originalOf(siblings: readonly Sibling[], search: Search): Promise<FileFacts | undefined> {
  const isNamed = search.held && (await search.held.file.facts()).links > 0;
  return isNamed ? undefined : findOriginal(siblings, search);
}

/**
 * Which of several files that hold the position's content it is, where a log says the same again and again: the file
 * itself, else the oldest that was written since. Undefined where nobody else's content can be mistaken for it.
 */
async function findOriginal(siblings: readonly Sibling[], search: Search): Promise<FileFacts | undefined> {
  const alike: FileFacts[] = [];
  for (const sibling of siblings) {
    const seen = await statLog(sibling.path);
    if ('unreadable' in seen || isOlder(seen, await lastWrittenMs(search))) continue;
    const step = await take(sibling).catch(() => undefined);
    if (!step) continue;
    const isMatch = await isPositionsFile(step, search).catch(() => false);
    const isOriginal = isMatch && (await isItself(step, search).catch(() => false));
    await closeAll([step]);
    if (isOriginal) return step.facts;
    if (isMatch) alike.push(step.facts);
  }
  return search.held ? undefined : alike.at(-1);
}

async function lastWrittenMs({ position, held }: Search): Promise<number | undefined> {
  return held ? (await held.file.facts()).mtimeMs : position.writtenMs;
}

/** Copies and compressed files may keep the time of the original in whole seconds. */
function isOlder(facts: FileFacts, timeMs: number | undefined): boolean {
  return timeMs !== undefined && facts.mtimeMs < Math.trunc(timeMs / 1000) * 1000;
}

/** The position's file under another name; or all of the deleted file, compressed as it was when it was last written. */
async function isItself({ facts }: Step, { position, held }: Search): Promise<boolean> {
  if (!held) return mayBeFileOf(position, facts);
  const { size, mtimeMs } = await held.file.facts();
  return facts.size === size && Math.trunc(facts.mtimeMs / 1000) === Math.trunc(mtimeMs / 1000);
}

/** A deleted file lives on beside the log, compressed: what has the log's name now is not a copy of it. */
export async function livesOn(path: string, deleted: OpenLog, position: TailPosition): Promise<boolean> {
  const original = findOriginal(await findSiblings(path), { path, position, held: deleted, live: undefined });
  return (await original) !== undefined;
}

async function isPositionsFile(step: Step, search: Search, original?: FileFacts): Promise<boolean> {
  const { facts, log } = step;
  const { position, held } = search;
  if (held && isSameFile(facts, held.facts)) return true;
  if (original) return isSameFile(facts, original);
  if (!log) return false;
  if (held) return isCopyOf(log, held);
  if (mayBeFileOf(position, facts)) return holdsContent(log, position);
  // A copy was made after the original was born; nothing is recognised by an empty beginning.
  if (position.fingerprint.bytes === 0) return false;
  const older = facts.birthMs !== undefined && position.birthMs !== undefined && facts.birthMs < position.birthMs;
  return !older && holdsContent(log, position);
}

/** What took the place of a file that is open and has no name any more, as compressed files do. */
async function isCopyOf(log: OpenLog, original: OpenLog): Promise<boolean> {
  const { size, links } = await original.file.facts();
  const bytes = Math.min(log.facts.size, size);
  // The writer may have gone on after the copy was made, but little content may be that of any file.
  if (links > 0 || bytes === 0 || (log.facts.size !== size && bytes < tellingBytes)) return false;
  const head = (await readHead(original.file)).subarray(0, bytes);
  const anchor = await readAnchor(original.file, bytes);
  return holdsContent(log, { fingerprint: fingerprintOf(head), offset: bytes, anchor: fingerprintOf(anchor) });
}

/** Rotation keeps to one scheme of names: other files beside it may be anybody's copies. */
function isInScheme({ sibling }: Step, last: Step): boolean {
  return sibling.scheme === last.sibling.scheme && sibling.scheme !== 'other';
}

/** The position's file is gone: what was born and written later was never read. */
function isUnread({ sibling, facts }: Step, { position, held, live }: Search): boolean {
  // The log itself was truncated and no copy of it is left: the copies that are there were read when they were live.
  if (!held && live && mayBeFileOf(position, live.facts)) return false;
  return sibling.scheme !== 'other' && isYounger(facts, position.writtenMs);
}

/** A log whose name is made anew (supervisord's AUTO) is still where the position left it. */
async function atItsOldPath(search: Search): Promise<Step | undefined> {
  const { path } = search.position;
  if (path === search.path || search.held) return undefined;
  const step = await take({ path, plainName: basename(path), scheme: 'other', order: '', compression: undefined });
  if (step && (await isPositionsFile(step, search).catch(() => false))) return step;
  await closeAll(step ? [step] : []);
  return undefined;
}
