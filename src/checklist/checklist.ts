import { z } from 'zod';
import type { Sample } from '../core/contract.ts';
import { sample, stateSet } from '../core/samples.ts';
import { evaluate } from './evaluate.ts';
import { items } from './items.ts';
import { checklistMetrics } from './metrics.ts';
import { statuses } from './types.ts';
import type { ChecklistItem, DatedVerdict, NodeView, Verdict } from './types.ts';

/** The checklist over time: the newest verdicts, and since when each has held. */
export interface Checklist {
  /** Goes through all items again. */
  look(node: NodeView): void;
  /** In the order of the items; empty before the first look. */
  verdicts(): readonly DatedVerdict[];
  samples(): Sample[];
  watchedSinceMs(): number;
  /** What has to outlive the process: JSON, new whenever it changed. */
  saved(): SavedChecklist;
}

// As far as dates go.
const unixMs = z.number().min(0).max(8.64e15);

const savedSchema = z.object({
  watchedSinceMs: unixMs,
  records: z.array(
    z.object({
      check: z.string(),
      /** Of the item, which may share its name with another one. */
      kind: z.string(),
      subject: z.string(),
      status: z.enum(statuses),
      sinceMs: unixMs,
    }),
  ),
});
type SavedChecklist = z.output<typeof savedSchema>;
type VerdictRecord = SavedChecklist['records'][number];

/** `restored`: what `saved` gave an earlier run, or anything else, which is ignored. */
export function createChecklist(restored: unknown, nowMs: number): Checklist {
  const parsed = savedSchema.safeParse(restored);
  let saved: SavedChecklist = parsed.success ? parsed.data : { watchedSinceMs: nowMs, records: [] };
  let dated: readonly DatedVerdict[] = [];
  const told = new Set<string>();

  const seenBefore = (item: ChecklistItem): string[] =>
    saved.records.filter((each) => isOf(each, item)).map(({ subject }) => subject);

  function look(node: NodeView): void {
    const before = new Map(saved.records.map((each) => [keyOf(each), each]));
    const records: VerdictRecord[] = [];
    const verdicts: DatedVerdict[] = [];
    for (const item of items) {
      for (const verdict of evaluate([item], node, seenBefore)) {
        const key = keyOf({ ...verdict, kind: item.subject });
        const known = before.get(key);
        const isNews = verdict.waiting !== true && (verdict.early !== true || told.has(key));
        if (isNews) told.add(key);
        // What has not been looked at often enough since the start changes nothing of what is remembered.
        const record = recordOf(item, verdict, known, isNews ? node.nowMs : nowMs);
        const kept = isNews ? record : known;
        if (kept !== undefined) records.push(kept);
        verdicts.push({ ...verdict, sinceMs: record.sinceMs });
      }
    }
    dated = verdicts;
    if (JSON.stringify(records) !== JSON.stringify(saved.records)) saved = { ...saved, records };
  }

  return {
    look,
    verdicts: () => dated,
    samples: () => dated.filter(({ waiting }) => !waiting).flatMap(samplesOf),
    watchedSinceMs: () => saved.watchedSinceMs,
    saved: () => saved,
  };
}

function recordOf(
  { check, subject: kind }: ChecklistItem,
  { subject, status }: Verdict,
  before: VerdictRecord | undefined,
  nowMs: number,
): VerdictRecord {
  return before?.status === status ? before : { check, kind, subject, status, sinceMs: nowMs };
}

function isOf(record: VerdictRecord, { check, subject }: ChecklistItem): boolean {
  return record.check === check && record.kind === subject;
}

function keyOf({ check, kind, subject }: Pick<VerdictRecord, 'check' | 'kind' | 'subject'>): string {
  return JSON.stringify([check, kind, subject]);
}

function samplesOf({ section, check, subject, status, sinceMs }: DatedVerdict): Sample[] {
  const labels = { section, check, subject };
  return [
    ...stateSet(checklistMetrics.status, 'status', labels, status),
    sample(checklistMetrics.lastChange, labels, sinceMs / 1000),
  ];
}
