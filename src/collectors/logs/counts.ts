/** Counters of one program, over all of its logs. */
import { logClasses } from '../../sources/log-classes/types.ts';
import type { LogEventsResult } from '../../sources/log-classes/operation.ts';
import type { SavedProgram } from './saved.ts';

export interface ProgramCounts {
  readonly events: Map<string, number>;
  readonly lastMs: Map<string, number>;
  lines: number;
  bytes: number;
  lostBytes: number;
  renamed: number;
  truncated: number;
}

/** Every class exists from the start; lines and bytes begin anew with each process. */
export function createCounts(userClasses: readonly string[], saved: SavedProgram | undefined): ProgramCounts {
  const names = new Set([...logClasses, ...userClasses, ...Object.keys(saved?.counts ?? {})]);
  return {
    events: new Map([...names].map((name) => [name, saved?.counts[name] ?? 0])),
    lastMs: new Map(Object.entries(saved?.lastMs ?? {})),
    lines: 0,
    bytes: 0,
    lostBytes: 0,
    renamed: 0,
    truncated: 0,
  };
}

/** Adds a reply; true if something changed that is restored after a restart. */
export function addResult(counts: ProgramCounts, result: LogEventsResult): boolean {
  counts.lines += result.lines;
  counts.bytes += result.readBytes;
  counts.lostBytes += result.lostBytes;
  counts.renamed += result.rotations.renamed;
  counts.truncated += result.rotations.truncated;
  for (const [name, count] of Object.entries(result.counts)) {
    counts.events.set(name, (counts.events.get(name) ?? 0) + count);
    counts.lastMs.set(name, Math.max(result.newestMs[name] ?? 0, counts.lastMs.get(name) ?? 0));
  }
  // A file that was rotated away is given up only when its counts are saved.
  return Object.keys(result.counts).length > 0 || result.rotations.renamed + result.rotations.truncated > 0;
}

export function savedCounts({ events, lastMs }: ProgramCounts): SavedProgram {
  const counted = [...events].filter(([, count]) => count > 0);
  return { counts: Object.fromEntries(counted), lastMs: Object.fromEntries(lastMs) };
}
