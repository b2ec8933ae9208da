/** Which files are kept open: those that the consumer may have to be given again. */
import { fingerprintOf, readAnchor } from './fingerprint.ts';
import type { Generation } from './generation.ts';
import type { TailPoint } from './ledger.ts';
import { isAfter } from './ledger.ts';
import { holdsContent } from './search.ts';
import type { KnownContent } from './search.ts';
import { noteLoss } from './state.ts';
import type { TailState } from './state.ts';
import type { TailPosition } from './types.ts';

/** Closes the generations before the point; `all` closes every one. */
export async function releaseBefore(state: TailState, point: TailPoint | undefined, all = false): Promise<void> {
  const isOver = (id: number): boolean => all || (point !== undefined && id < point.file);
  const closing = state.generations.filter(({ id }) => isOver(id));
  const kept = state.generations.filter(({ id }) => !isOver(id));
  if (closing.length === 0) return;
  const inUse = new Set(kept.filter(({ gone }) => !gone).map(({ file }) => file));
  const files = new Set(closing.map(({ file }) => file));
  state.current = Math.max(0, state.current - closing.length);
  state.generations = kept;
  if (point) state.happenings = state.happenings.filter((one) => isAfter(one, point));
  if (point)
    for (const generation of closing) noteLoss(state, point.file, point.offset + 1, await lateBytes(generation));
  for (const file of files) if (!inUse.has(file)) await file.close().catch(() => undefined);
}

/** What was still written to an older file after reading had moved on to the next one. */
async function lateBytes({ gone, file, offset }: Generation): Promise<number> {
  if (gone) return 0;
  const size = await file
    .facts()
    .then((facts) => facts.size)
    .catch(() => offset);
  return Math.max(0, size - offset);
}

/** Goes back to where the consumer stood; false if not everything since then is still there to be read again. */
export async function rewindTo(
  state: TailState,
  point: TailPoint | undefined,
  position: TailPosition | undefined,
): Promise<boolean> {
  const index = point ? state.generations.findIndex(({ id }) => id === point.file) : 0;
  const again = state.generations.slice(index);
  if (index < 0 || again.some(({ gone }) => gone)) return false;
  for (const [nth, generation] of again.entries()) {
    const content = nth === 0 && point && position ? position : beginningOf(generation);
    if (!(await goBack(generation, content))) return false;
  }
  state.current = index;
  state.gap = false;
  state.end = point;
  return true;
}

function beginningOf({ head, start, startAnchor }: Generation): KnownContent {
  return { fingerprint: fingerprintOf(head), offset: start, anchor: fingerprintOf(startAnchor) };
}

async function goBack(generation: Generation, content: KnownContent): Promise<boolean> {
  const { file } = generation;
  if (!(await holdsContent({ file, facts: await file.facts() }, content))) return false;
  generation.anchor = await readAnchor(file, content.offset);
  generation.offset = content.offset;
  return true;
}
