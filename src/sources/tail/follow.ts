/** Every later look of a tail: has the log grown, was it renamed, replaced, truncated, deleted? */
import { factsOf, isSameFile } from './facts.ts';
import { refresh } from './generation.ts';
import type { Generation } from './generation.ts';
import { openLog, statLog } from './open-log.ts';
import { findGenerations, holdsContent } from './search.ts';
import { append, positionIn } from './state.ts';
import type { TailState } from './state.ts';

/** Brings the list of generations up to date: whatever was renamed or truncated since the last look is in it. */
export async function follow(state: TailState, live: Generation): Promise<void> {
  const { path } = state.options;
  const reading = state.generations[state.current];
  if (reading && reading !== live && !(await refresh(reading))) giveUpRest(state, reading);
  // The path is looked at after the file: what is written to the file later cannot be in a newer generation.
  if (!(await refresh(live))) await afterTruncation(state, live);
  const facts = await statLog(path);
  if ('unreadable' in facts) {
    state.unreadable = facts.unreadable;
    return;
  }
  const newest = state.generations.at(-1) ?? live;
  if (isSameFile(facts, newest.facts)) {
    state.unreadable = undefined;
    return;
  }
  await afterRename(state, newest);
}

/** Something else has the log's name: it and all that came between are appended. */
async function afterRename(state: TailState, renamed: Generation): Promise<void> {
  const { path } = state.options;
  const log = await openLog(path);
  state.unreadable = 'unreadable' in log ? log.unreadable : undefined;
  if ('unreadable' in log) return;
  if (isSameFile(log.facts, renamed.facts)) {
    await log.handle.close();
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
  await found.rest?.handle.close();
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
  const { handle, facts } = truncated;
  const found = await findGenerations({ path, position, held: undefined, live: facts });
  const knownBytes = Math.max(facts.size, truncated.offset);
  const readBytes = found.rest ? found.rest.facts.size : truncated.offset;
  if (found.rest) {
    truncated.handle = found.rest.handle;
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
  await append(state, { handle, facts: factsOf(await handle.stat({ bigint: true })) }, 0, before);
}

/** A renamed file was truncated, or fails, before it was read to its end. */
export function giveUpRest(state: TailState, generation: Generation): void {
  const next = state.generations[state.generations.indexOf(generation) + 1];
  if (!next) return;
  generation.gone = true;
  const lostBytes = Math.max(0, generation.facts.size - generation.offset);
  state.happenings.push({ file: next.id, offset: next.start, lostBytes, rotation: undefined });
  state.gap = true;
}
