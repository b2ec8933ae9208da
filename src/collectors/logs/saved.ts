import { z } from 'zod';
import { recordOf } from '../../core/record-of.ts';
import { parseMemory } from '../../sources/log-classes/memory.ts';
import type { Memory } from '../../sources/log-classes/event.ts';
import { parseTailPosition } from '../../sources/tail/positions.ts';
import type { TailPosition } from '../../sources/tail/types.ts';

/** The counts with the positions up to which they were counted. */
export interface SavedLogs {
  readonly programs: Readonly<Record<string, SavedProgram>>;
  readonly files: readonly SavedFile[];
}

export interface SavedProgram {
  readonly counts: Readonly<Record<string, number>>;
  /** Unix time in milliseconds of the newest event of each class. */
  readonly lastMs: Readonly<Record<string, number>>;
}

export interface SavedFile {
  readonly program: string;
  readonly path: string;
  readonly position: TailPosition;
  readonly memory: Memory;
  readonly sinceMs?: number;
}

const schema = z.object({
  programs: recordOf(
    z.object({
      counts: z.record(z.string(), z.number().int().nonnegative()),
      lastMs: z.record(z.string(), z.number()),
    }),
  ),
  files: z.array(
    z.object({
      program: z.string(),
      path: z.string(),
      position: z.unknown().transform(parseTailPosition),
      memory: z.unknown().transform(parseMemory),
      sinceMs: z.number().exactOptional(),
    }),
  ),
});

/** What was restored; nothing if it is not what this program writes. */
export function parseSaved(restored: unknown): SavedLogs {
  const { data } = schema.safeParse(restored);
  if (!data) return { programs: {}, files: [] };
  return { ...data, files: data.files.flatMap(({ position, ...file }) => (position ? { ...file, position } : [])) };
}
