/** The first look of a tail: where a new reader begins, and how a saved position is found again. */
import { fingerprintOf, readPiece, tellingBytes } from './fingerprint.ts';
import { mayBeFileOf } from './facts.ts';
import type { Transition } from './generation.ts';
import { openLog, statLog } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import { findGenerations, holdsContent } from './search.ts';
import type { Unread } from './search.ts';
import { append, closingOnError, directoryChanged, positionOfNothing } from './state.ts';
import type { TailState } from './state.ts';
import type { TailPosition, Unreadable } from './types.ts';

/** Opens what there is to read, if anything; called at every look while nothing is open. */
export async function begin(state: TailState): Promise<void> {
  await openFirst(state);
  const [first] = state.generations;
  if (first && !first.before) state.end ??= { file: first.id, offset: first.start };
}

async function openFirst(state: TailState): Promise<void> {
  const { path, start } = state.options;
  const log = await openLog(path);
  state.unreadable = 'unreadable' in log ? log.unreadable : undefined;
  if ('unreadable' in log) {
    if (!state.pending) state.pending = await positionOfUnreadable(path, start, log.unreadable);
    else if (await directoryChanged(state)) await resumeWithout(state, state.pending, log.unreadable);
  } else if (state.pending) {
    const position = state.pending;
    await closingOnError(log, () => resume(state, position, log));
  } else {
    await append(state, log, start === 'beginning' ? 0 : await lastLineStart(log), undefined);
  }
}

/** What to remember of a log that cannot be read at the very first look. */
async function positionOfUnreadable(
  path: string,
  start: 'beginning' | 'end',
  reason: Unreadable,
): Promise<TailPosition | undefined> {
  if (reason === 'missing' || reason === 'not_a_file') return positionOfNothing(path, Date.now() - 10);
  const facts = await statLog(path);
  if ('unreadable' in facts) return undefined;
  const { device, inode, birthMs, size } = facts;
  const offset = start === 'beginning' ? 0 : size;
  return { path, device, inode, birthMs, fingerprint: fingerprintOf(Buffer.alloc(0)), offset };
}

async function resume(state: TailState, position: TailPosition, log: OpenLog): Promise<void> {
  const { path } = state.options;
  const sameFile = mayBeFileOf(position, log.facts);
  if (sameFile && (await holdsContent(log, position))) {
    await append(state, log, position.offset, undefined);
    return;
  }
  const found = await findGenerations({ path, position, held: undefined, live: log });
  if (!found.rest && !sameFile && isTelling(position) && (await holdsContent(log, position))) {
    // A copy took the file's place (a restored volume, an editor): the same log goes on.
    for (const { file } of found.between) await file.close();
    await append(state, log, position.offset, undefined);
    return;
  }
  const kind = sameFile ? 'truncated' : 'renamed';
  const { rest, between, lostBytes } = found;
  await appendChain(state, position, rest, [...between, { ...log, lostBytes }], kind);
}

/** The log itself is not there, or not readable; its older generations may be. */
async function resumeWithout(state: TailState, position: TailPosition, reason: Unreadable): Promise<void> {
  const { path } = state.options;
  if (reason === 'denied') {
    const facts = await statLog(path);
    if ('unreadable' in facts || mayBeFileOf(position, facts)) return;
  }
  const found = await findGenerations({ path, position, held: undefined, live: undefined });
  await appendChain(state, position, found.rest, found.between, 'renamed');
}

/** What is left of the position's file, and what was never read after it. */
async function appendChain(
  state: TailState,
  position: TailPosition,
  rest: OpenLog | undefined,
  later: readonly Unread[],
  kind: Transition['kind'],
): Promise<void> {
  const nothingBefore = position.inode === '';
  if (rest) await append(state, rest, position.offset, undefined);
  const from = { readBytes: position.offset, knownBytes: Math.max(position.seenBytes ?? 0, position.offset) };
  let lost = rest ? 0 : from.knownBytes - from.readBytes;
  let gap = !nothingBefore && !rest;
  for (const [index, { lostBytes, ...log }] of later.entries()) {
    lost += lostBytes;
    const copied = rest !== undefined;
    const known = rest || index > 0 ? {} : { from };
    const before = { kind, lostBytes: lost, gap: gap || lost > 0 || kind === 'truncated', copied, ...known };
    await append(state, log, 0, nothingBefore && index === 0 ? undefined : before);
    lost = 0;
    gap = false;
  }
}

/** The position says enough of the content that another file which agrees must be a copy. */
function isTelling({ fingerprint, anchor }: TailPosition): boolean {
  return fingerprint.bytes >= tellingBytes && anchor !== undefined && anchor.bytes >= tellingBytes;
}
const lookBackBytes = 65_536;

/** Where the last line begins that is not complete; the end if it is longer than we look back. */
async function lastLineStart({ file, facts }: OpenLog): Promise<number> {
  const from = Math.max(0, facts.size - lookBackBytes);
  const bytes = await readPiece(file, from, facts.size - from);
  const newline = bytes.lastIndexOf(0x0a);
  if (newline >= 0) return from + newline + 1;
  return from === 0 ? 0 : facts.size;
}
