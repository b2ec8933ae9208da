import type { Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import { logClasses } from '../../sources/log-classes/types.ts';
import type { ProgramCounts } from './counts.ts';
import type { LogsFacts, ProgramLogFacts } from './facts.ts';
import type { FollowedLog } from './followed.ts';
import { logMetrics } from './metrics.ts';

export interface ProgramLogs {
  readonly program: string;
  readonly counts: ProgramCounts;
  readonly logs: readonly FollowedLog[];
}

/** Counters, which stay once they were shown, and the times of the newest events. */
export function lastingSamples({ program, counts }: ProgramLogs, userClasses: readonly string[]): Sample[] {
  const classes = [...logClasses, ...userClasses];
  return [
    ...classes.map((name) => sample(logMetrics.events, { program, class: name }, counts.events.get(name) ?? 0)),
    ...classes.flatMap((name) => {
      const lastMs = counts.lastMs.get(name);
      return lastMs === undefined ? [] : [sample(logMetrics.lastEvent, { program, class: name }, lastMs / 1000)];
    }),
    sample(logMetrics.lines, { program }, counts.lines),
    sample(logMetrics.bytes, { program }, counts.bytes),
    sample(logMetrics.lostBytes, { program }, counts.lostBytes),
    sample(logMetrics.rotations, { program, kind: 'renamed' }, counts.renamed),
    sample(logMetrics.rotations, { program, kind: 'truncated' }, counts.truncated),
  ];
}

/** What is so now. */
export function currentSamples({ program, logs }: ProgramLogs): Sample[] {
  const readable = areReadable(logs);
  if (readable === undefined) return [];
  const lagBytes = logs.reduce((sum, log) => sum + log.lagBytes, 0);
  return [sample(logMetrics.readable, { program }, readable), sample(logMetrics.lag, { program }, lagBytes)];
}

export function logsFacts(programs: readonly ProgramLogs[], userClasses: readonly string[]): LogsFacts {
  return {
    programs: programs.map(({ program, counts, logs }): ProgramLogFacts => ({
      program,
      readable: areReadable(logs),
      ...followedSince(logs),
      logs: logs.map(({ path, unreadable }) => ({ path, ...(unreadable !== undefined && { unreadable }) })),
      classes: [...logClasses, ...userClasses].map((name) => ({
        name,
        count: counts.events.get(name) ?? 0,
        lastMs: counts.lastMs.get(name),
      })),
    })),
  };
}

/** As of the one that was followed last. */
function followedSince(logs: readonly FollowedLog[]): Pick<ProgramLogFacts, 'followedSinceMs'> {
  const times = logs.filter(({ retiredMs }) => retiredMs === undefined).map(({ sinceMs }) => sinceMs);
  const known = times.filter((each) => each !== undefined);
  return known.length === 0 || known.length < times.length ? {} : { followedSinceMs: Math.max(...known) };
}

function areReadable(logs: readonly FollowedLog[]): boolean | undefined {
  const current = logs.filter(({ retiredMs }) => retiredMs === undefined);
  const known = current.flatMap(({ readable }) => (readable === undefined ? [] : [readable]));
  return known.length === 0 ? undefined : known.every(Boolean);
}
