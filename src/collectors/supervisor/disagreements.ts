import type { MainLogEvent } from '../../sources/supervisord/main-log.ts';

/** How long snapshots and log have been at odds, by program. */
export interface Disagreements {
  /** Milliseconds since the oldest disagreement that the log has not explained since; undefined if they agree now. */
  track(
    program: string,
    agrees: boolean,
    pid: number,
    told: ReadonlySet<MainLogEvent['kind']> | undefined,
  ): number | undefined;
}

export function createDisagreements(nowMs: () => number): Disagreements {
  const open = new Map<string, { readonly pid: number; readonly sinceMs: number }>();
  return {
    track(program, agrees, pid, told) {
      const known = open.get(program);
      if (agrees) {
        open.delete(program);
        return undefined;
      }
      if (known !== undefined && !isExplained(known.pid, told)) return nowMs() - known.sinceMs;
      open.set(program, { pid, sinceMs: nowMs() });
      return 0;
    },
  };
}

/** The lines that were missing have come. */
function isExplained(pid: number, told: ReadonlySet<MainLogEvent['kind']> | undefined): boolean {
  if (told === undefined) return false;
  return told.has('spawned') || (pid === 0 && (told.has('exited') || told.has('stopped')));
}
