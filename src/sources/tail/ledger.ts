/** What happened where in the stream of bytes, so that it is told once, with the position that has passed it. */
import type { TailRotations } from './types.ts';

/** A place in the stream: a generation's id (ascending) and an offset in it. */
export interface TailPoint {
  readonly file: number;
  readonly offset: number;
}

export interface Happening extends TailPoint {
  readonly lostBytes: number;
  readonly rotation: 'renamed' | 'truncated' | undefined;
}

export interface Account {
  readonly lostBytes: number;
  readonly rotations: TailRotations;
}

/** What lies after `from` (undefined: from the very beginning) and not after `to`. */
export function accountOf(happenings: readonly Happening[], from: TailPoint | undefined, to: TailPoint): Account {
  const passed = happenings.filter((one) => (from ? isAfter(one, from) : true) && !isAfter(one, to));
  const count = (kind: Happening['rotation']): number => passed.filter(({ rotation }) => rotation === kind).length;
  return {
    lostBytes: passed.reduce((sum, { lostBytes }) => sum + lostBytes, 0),
    rotations: { renamed: count('renamed'), truncated: count('truncated') },
  };
}

export function isAfter(a: TailPoint, b: TailPoint): boolean {
  return a.file > b.file || (a.file === b.file && a.offset > b.offset);
}
