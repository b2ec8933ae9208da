import { z } from 'zod';
import type { LogClockState } from '../../sources/supervisord/log-clock.ts';
import type { TailPosition } from '../../sources/tail/types.ts';
import { programRecord } from './record.ts';
import type { ProgramRecord } from './record.ts';

/** What is kept over a restart of the exporter: the counters and the position in the log that they belong to. */
export interface Saved {
  readonly position?: TailPosition;
  /** So many events after the position are counted already: the next one could not be attributed. */
  readonly skip: number;
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
  return parsed.success ? parsed.data : nothingSaved;
}

const hash = z.object({ bytes: z.number(), sha1: z.string() });

const position: z.ZodType<TailPosition> = z.object({
  path: z.string(),
  device: z.string(),
  inode: z.string(),
  birthMs: z
    .number()
    .optional()
    .transform((value) => value),
  fingerprint: hash,
  offset: z.number().nonnegative(),
  anchor: hash.exactOptional(),
  seenBytes: z.number().exactOptional(),
  insideLine: z.literal(true).exactOptional(),
});

const schema = z.object({
  position: position.exactOptional(),
  skip: z.number().int().nonnegative(),
  counting: z.boolean(),
  sawStart: z.boolean(),
  clock: z.object({
    correctionMs: z.number(),
    lastMs: z.number().exactOptional(),
    readToEndMs: z.number().exactOptional(),
  }),
  names: z.array(z.tuple([z.string(), z.string().nullable()])),
  members: z.record(z.string(), z.array(z.string())),
  programs: z.record(z.string(), programRecord),
});
