import { z } from 'zod';

/** A card that was seen, now or before. */
export interface KnownCard {
  readonly uuid: string;
  readonly index: string;
  readonly name: string;
  readonly busId: string;
  /** In the newest answer. */
  readonly visible: boolean;
}

/** How often an Xid was logged for a card. */
export interface XidCount {
  readonly uuid: string;
  readonly xid: string;
  readonly count: number;
  readonly lastMs: number;
}

/** A loss that the kernel logged without a number, until it is sure that no Xid 79 belongs to it. */
export interface PendingLoss {
  readonly sequence: number;
  /** Empty where the message names none. */
  readonly bus: string;
  readonly atMs: number;
}

export interface SavedXids {
  readonly position: { readonly bootId: string; readonly sequence: number };
  readonly counts: readonly XidCount[];
  readonly losses: readonly PendingLoss[];
  /** Bus id → uuid, as nvidia-smi and the kernel told. */
  readonly buses: Readonly<Record<string, string>>;
}

/** What outlives the exporter. */
export interface SavedGpus {
  /** The most cards that were ever seen at once, or what the configuration last said. */
  readonly expected: number;
  readonly cards: readonly KnownCard[];
  /** Absent: the kernel log was never read. */
  readonly xids?: SavedXids;
}

const count = z.int().min(0);

const savedSchema: z.ZodType<SavedGpus> = z.object({
  expected: count.max(1024),
  cards: z
    .array(z.object({ uuid: z.string(), index: z.string(), name: z.string(), busId: z.string(), visible: z.boolean() }))
    .max(1024),
  xids: z
    .object({
      position: z.object({ bootId: z.string(), sequence: z.int() }),
      counts: z.array(z.object({ uuid: z.string(), xid: z.string(), count, lastMs: z.number() })),
      losses: z.array(z.object({ sequence: z.int(), bus: z.string(), atMs: z.number() })),
      buses: z.record(z.string(), z.string()),
    })
    .exactOptional(),
});

/** What was saved, or nothing at all if that is not what this version saves. */
export function restoreGpus(restored: unknown): SavedGpus {
  const parsed = savedSchema.safeParse(restored);
  return parsed.success ? parsed.data : { expected: 0, cards: [] };
}
