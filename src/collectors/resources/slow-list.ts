import type { ProcessResources } from '../../sources/procfs/resources.ts';
import type { ProcessStat } from '../../sources/procfs/types.ts';

/** Processes whose proportional set size takes the kernel too long: two times in a row, since once may be our own delay. */
export interface SlowList {
  /** Those of the listed that still live. */
  pids(processes: ReadonlyMap<number, ProcessStat>): number[];
  note(found: readonly ProcessResources[], processes: ReadonlyMap<number, ProcessStat>): void;
}

const enough = 2;

export function createSlowList(): SlowList {
  let times = new Map<string, number>();
  const timesOf = (process: ProcessStat): number => times.get(keyOf(process)) ?? 0;

  return {
    pids(processes) {
      return [...processes.values()].filter((each) => timesOf(each) >= enough).map(({ pid }) => pid);
    },
    note(found, processes) {
      const next = new Map<string, number>();
      for (const { pid, pssSlow } of found) {
        const process = processes.get(pid);
        if (process === undefined) continue;
        const before = timesOf(process);
        if (pssSlow || before >= enough) next.set(keyOf(process), Math.min(enough, before + 1));
      }
      times = next;
    },
  };
}

function keyOf({ pid, startTicks }: ProcessStat): string {
  return `${pid} ${startTicks}`;
}
