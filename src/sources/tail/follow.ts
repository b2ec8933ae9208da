/** Every later look of a tail: has the log grown, was it renamed, replaced, truncated, deleted? */
import { isSameFile } from './facts.ts';
import { refresh } from './generation.ts';
import type { Generation } from './generation.ts';
import { openLog, statLog } from './open-log.ts';
import { findGenerations, holdsContent } from './search.ts';
import { append, noteLoss, positionIn } from './state.ts';
import type { TailState } from './state.ts';

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
    if (facts.unreadable === 'missing' && isForgotten(live)) await giveUp(state, live);
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
  const again = state.generations.find((one) => !one.gone && isSameFile(one.facts, log.facts));
  if (again) {
    // An older generation got its name back: it goes on where it was left.
    await append(state, log, again.offset, { kind: 'renamed', lostBytes: 0, gap: true });
    return;
  }
  await refresh(renamed);
  const atEnd = await positionIn(renamed, path, renamed.facts.size);
  if (renamed.facts.links === 0 && renamed.facts.size > 0 && (await holdsContent(log, atEnd))) {
    // An editor, or sed -i, put a copy in the file's place: the same log goes on.
    await append(state, log, renamed.facts.size, { kind: 'renamed', lostBytes: 0, gap: false });
    return;
  }
  const found = await findGenerations({ path, position: atEnd, held: renamed.facts, live: log.facts });
  let lostBytes = found.lostBytes;
  for (const next of [...found.between, log]) {
    await append(state, next, 0, { kind: 'renamed', lostBytes, gap: lostBytes > 0 });
    lostBytes = 0;
  }
}

/** The same file begins anew. What was not read yet may be left in a copy (logrotate's copytruncate). */
export async function afterTruncation(state: TailState, truncated: Generation): Promise<void> {
  const { path } = state.options;
  const position = await positionIn(truncated, path, truncated.offset);
  const { file, facts } = truncated;
  const found = await findGenerations({ path, position, held: undefined, live: facts });
  const knownBytes = Math.max(facts.size, truncated.offset);
  const readBytes = found.rest ? found.rest.facts.size : truncated.offset;
  if (found.rest) {
    truncated.file = found.rest.file;
    truncated.facts = found.rest.facts;
  } else {
    truncated.gone = true;
  }
  let lostBytes = Math.max(0, knownBytes - readBytes) + found.lostBytes;
  for (const next of found.between) {
    await append(state, next, 0, { kind: 'truncated', lostBytes, gap: true });
    lostBytes = 0;
  }
  const truncatedFrom = { readBytes, knownBytes, copied: found.rest !== undefined };
  const simple = found.between.length === 0;
  const before = { kind: 'truncated', lostBytes, gap: true, ...(simple && { truncatedFrom }) } as const;
  await append(state, { file, facts: await file.facts() }, 0, before);
}

/** A renamed file was truncated, or fails, before it was read to its end. */
export function giveUpRest(state: TailState, generation: Generation): void {
  const next = state.generations[state.generations.indexOf(generation) + 1];
  if (!next) return;
  generation.gone = true;
  noteLoss(state, next.id, next.start, Math.max(0, generation.facts.size - generation.offset));
  state.gap = true;
}
