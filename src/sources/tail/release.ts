/** Which files are kept open: those that the consumer may have to be given again. */
import { seek } from './generation.ts';
import type { TailPoint } from './ledger.ts';
import { isAfter } from './ledger.ts';
import type { TailState } from './state.ts';

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
  for (const file of files) if (!inUse.has(file)) await file.close().catch(() => undefined);
}

/** Goes back to where the consumer stood; false if that content is gone. */
export async function rewindTo(state: TailState, point: TailPoint | undefined): Promise<boolean> {
  const index = point ? state.generations.findIndex(({ id }) => id === point.file) : 0;
  if (index < 0) return false;
  const again = state.generations.slice(index);
  if (again.some(({ gone }) => gone)) return false;
  for (const [nth, generation] of again.entries()) {
    await seek(generation, nth === 0 && point ? point.offset : generation.start);
  }
  state.current = index;
  state.gap = false;
  state.end = point;
  return true;
}
