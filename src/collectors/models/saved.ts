import { z } from 'zod';

/** What outlives the exporter: no counters, only what it would otherwise have to see again. */
export interface SavedModel {
  /** The path that was last found for a model whose path is not configured. */
  readonly path?: string | undefined;
  /** Of the start script at the time when a running command line gave the path. */
  readonly script?: string | undefined;
  /** As supervisorctl prints it. */
  readonly program?: string | undefined;
  readonly server?: SavedServer | undefined;
}

export interface SavedServer {
  readonly pid: number;
  readonly startTicks: number;
  readonly startedMs: number;
  readonly firstSeenMs: number;
  readonly seenFromStart: boolean;
  readonly file?: { readonly sizeBytes: number; readonly inode: string; readonly ctimeMs: number } | undefined;
}

export type SavedModels = Readonly<Record<string, SavedModel>>;

const saved: z.ZodType<SavedModels> = z.record(
  z.string(),
  z.object({
    path: z.string().optional(),
    script: z.string().optional(),
    program: z.string().optional(),
    server: z
      .object({
        pid: z.number(),
        startTicks: z.number(),
        startedMs: z.number(),
        firstSeenMs: z.number(),
        seenFromStart: z.boolean(),
        file: z.object({ sizeBytes: z.number(), inode: z.string(), ctimeMs: z.number() }).optional(),
      })
      .optional(),
  }),
);

/** What was restored, or nothing if it is not what this version saves. */
export function parseSaved(restored: unknown): SavedModels {
  const { data } = saved.safeParse(restored);
  return data ?? {};
}
