/** Every later look of a tail: has the log grown, was it renamed, replaced, truncated, deleted? */
import { isSameFile } from './facts.ts';
import { refresh } from './generation.ts';
import type { Generation } from './generation.ts';
import { openLog, statLog } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import { findGenerations, holdsContent, livesOn } from './search.ts';
import type { Unread } from './search.ts';
import { append, closingOnError, directoryChanged, noteLoss, positionIn } from './state.ts';
import type { TailState } from './state.ts';
import type { Unreadable } from './types.ts';

/** Brings the list of generations up to date: whatever was renamed or truncated since the last look is in it. */
export async function follow(state: TailState, live: Generation): Promise<void> {
  const { path } = state.options;
  const reading = state.generations[state.current];
  if (reading && reading !== live && (await stateOf(reading)) !== 'intact') giveUpRest(state, reading);
  const now = await stateOf(live);
  if (now === 'unreachable') await giveUp(state, live);
  if (now === 'truncated') await afterTruncation(state, live);
  const facts = await statLog(path);
  if ('unreadable' in facts) {
    state.unreadable = facts.unreadable;
    await whileUnreadable(state, facts.unreadable);
    return;
  }
  const newest = state.generations.at(-1) ?? live;
  if (newest.gone) return;
  if (isSameFile(facts, newest.facts)) {
    state.unreadable = undefined;
    return;
  }
  await afterRename(state, newest);
}

async function stateOf(generation: Generation): Promise<'intact' | 'truncated' | 'unreachable'> {
  try {
    return (await refresh(generation)) ? 'intact' : 'truncated';
  } catch {
    return 'unreachable';
  }
}

const forgottenMs = 600_000;

/** Deleted, read to its end and silent: holding it open any longer would only hold its disk space. */
function isForgotten({ facts, offset }: Generation): boolean {
  return facts.links === 0 && offset >= facts.size && Date.now() - facts.mtimeMs > forgottenMs;
}

/** Closes the newest generation; the next look begins where it stood, with whatever is there then. */
async function giveUp(state: TailState, live: Generation): Promise<void> {
  state.pending = await positionIn(live, state.options.path, live.offset);
  live.gone = true;
  await live.file.close().catch(() => undefined);
}

/** Nothing has the log's name, or nothing that can be read: it may have been renamed more than once. */
async function whileUnreadable(state: TailState, reason: Unreadable): Promise<void> {
  const { path } = state.options;
  const newest = state.generations.at(-1);
  if (!newest || newest.gone) return;
  if (await directoryChanged(state)) {
    const position = await positionIn(newest, path, newest.facts.size);
    const found = await findGenerations({ path, position, held: newest, live: undefined });
    await appendRenamed(state, found.between);
  }
  const last = state.generations.at(-1);
  if (reason === 'missing' && last && isForgotten(last)) await giveUp(state, last);
}

/** Something else has the log's name: it and all that came between are appended. */
async function afterRename(state: TailState, renamed: Generation): Promise<void> {
  const { path } = state.options;
  const log = await openLog(path);
  state.unreadable = 'unreadable' in log ? log.unreadable : undefined;
  if ('unreadable' in log) return;
  if (isSameFile(log.facts, renamed.facts)) {
    await log.file.close();
    return;
  }
  await closingOnError(log, () => appendAfter(state, renamed, log));
}

async function appendAfter(state: TailState, renamed: Generation, log: OpenLog): Promise<void> {
  const { path } = state.options;
  const again = state.generations.find((one) => !one.gone && isSameFile(one.facts, log.facts));
  if (again) {
    // An older generation got its name back: it goes on where it was left.
    await append(state, log, again.offset, { kind: 'renamed', lostBytes: 0, gap: true });
    return;
  }
  await refresh(renamed);
  const atEnd = await positionIn(renamed, path, renamed.facts.size);
  const isCopy = isReplacement(log, renamed) && (await holdsContent(log, atEnd));
  if (isCopy && !(await livesOn(path, renamed, atEnd))) {
    // An editor, or sed -i, put a copy in the file's place: the same log goes on.
    await append(state, log, renamed.facts.size, { kind: 'renamed', lostBytes: 0, gap: false });
    return;
  }
  const { between, lostBytes } = await findGenerations({ path, position: atEnd, held: renamed, live: log });
  await appendRenamed(state, [...between, { ...log, lostBytes }]);
}

/** Made while the other still had its name: not a log that was begun anew, which may begin alike. */
function isReplacement(log: OpenLog, deleted: Generation): boolean {
  const { links, size, ctimeMs } = deleted.facts;
  return links === 0 && size > 0 && log.facts.birthMs !== undefined && log.facts.birthMs < ctimeMs;
}

async function appendRenamed(state: TailState, between: readonly Unread[]): Promise<void> {
  for (const { lostBytes, ...log } of between) {
    await append(state, log, 0, { kind: 'renamed', lostBytes, gap: lostBytes > 0 });
  }
}

/**
 * The same file begins anew. What was not read yet may be left in a copy (logrotate's copytruncate), unless the file was
 * still empty when it was looked at: then there is nothing to recognise a copy by.
 */
export async function afterTruncation(state: TailState, truncated: Generation): Promise<void> {
  const { path } = state.options;
  const { file, facts, offset } = truncated;
  const position = await positionIn(truncated, path, offset);
  const { rest, between, lostBytes } = await findGenerations({ path, position, held: undefined, live: truncated });
  if (rest) {
    truncated.file = rest.file;
    truncated.facts = rest.facts;
  } else {
    truncated.gone = true;
  }
  let lost = Math.max(0, facts.size - (rest?.facts.size ?? offset));
  for (const next of [...between, { file, facts: await file.facts(), lostBytes }]) {
    lost += next.lostBytes;
    await append(state, next, 0, { kind: 'truncated', lostBytes: lost, gap: true, copied: rest !== undefined });
    lost = 0;
  }
}

/** A renamed file was truncated, or fails, before it was read to its end. */
export function giveUpRest(state: TailState, generation: Generation): void {
  const next = state.generations[state.generations.indexOf(generation) + 1];
  if (!next) return;
  generation.gone = true;
  noteLoss(state, next.id, next.start, Math.max(0, generation.facts.size - generation.offset));
  state.gap = true;
}
