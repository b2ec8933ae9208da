import { z } from 'zod';
import { recordOf } from '../../core/record-of.ts';
import type { LogClockState } from '../../sources/supervisord/log-clock.ts';
import { parseTailPosition } from '../../sources/tail/positions.ts';
import type { TailPosition } from '../../sources/tail/types.ts';
import { programRecord } from './record.ts';
import type { ProgramRecord } from './record.ts';

/** What is kept over a restart of the exporter: the counters and the position in the log that they belong to. */
export interface Saved {
  readonly position: TailPosition | undefined;
  /** So many events after the position are counted already: the next one could not be attributed. */
  readonly skip: number;
  /** Set while a log is read that was elsewhere before: what is older is not news. Unix time in milliseconds. */
  readonly notBeforeMs?: number;
  /** The log was read back for context; what comes now counts. */
  readonly counting: boolean;
  /** `supervisord started` was seen: a program without any run since then starts for the first time. */
  readonly sawStart: boolean;
  readonly clock: LogClockState;
  readonly names: readonly (readonly [string, string | null])[];
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly programs: Readonly<Record<string, ProgramRecord>>;
}

export const nothingSaved: Saved = {
  position: undefined,
  skip: 0,
  counting: false,
  sawStart: false,
  clock: { correctionMs: 0 },
  names: [],
  members: {},
  programs: {},
};

/** What was saved, or nothing if it is not what this program writes. */
export function restore(data: unknown): Saved {
  const parsed = schema.safeParse(data);
  if (!parsed.success) return nothingSaved;
  // Without its position the log is read back again, or everything in it would be counted.
  return parsed.data.position === undefined ? { ...parsed.data, skip: 0, counting: false } : parsed.data;
}

const schema = z.object({
  position: z.unknown().transform(parseTailPosition),
  skip: z.number().int().nonnegative(),
  notBeforeMs: z.number().exactOptional(),
  counting: z.boolean(),
  sawStart: z.boolean(),
  clock: z.object({
    correctionMs: z.number(),
    lastMs: z.number().exactOptional(),
    readToEndMs: z.number().exactOptional(),
  }),
  names: z.array(z.tuple([z.string(), z.string().nullable()])),
  members: recordOf(z.array(z.string())),
  programs: recordOf(programRecord),
});
