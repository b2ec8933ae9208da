import { ticksPerSecond } from '../../sources/procfs/stat.ts';
import type { ProcessLook, ProcessStat } from '../../sources/procfs/types.ts';

export interface CpuAccount {
  /** Adds what the programs' processes have used since the last look. */
  update(look: ProcessLook): void;
  /** CPU seconds since the first look; never falls, whatever processes end. */
  seconds(program: string): number;
}

interface Seen {
  readonly stat: ProcessStat;
  readonly program: string | undefined;
}

/**
 * Sums CPU time over processes that come and go. It starts at 0, since a new exporter that began with the past of long
 * running processes would show it all as used at once. The time of a child that ended between two looks is in its
 * parent's account of children, together with what was counted of it before.
 */
export function createCpuAccount(): CpuAccount {
  const ticks = new Map<string, number>();
  let before: ReadonlyMap<number, Seen> | undefined;

  return {
    update({ processes, ownerOf }) {
      const now = new Map<number, Seen>();
      for (const stat of processes.values()) {
        const owner = ownerOf(stat.pid);
        now.set(stat.pid, { stat, program: owner.kind === 'program' ? owner.program : undefined });
      }
      if (before !== undefined) {
        for (const [program, used] of usedBetween(before, now)) ticks.set(program, (ticks.get(program) ?? 0) + used);
      }
      before = now;
    },
    seconds: (program) => (ticks.get(program) ?? 0) / ticksPerSecond,
  };
}

function usedBetween(before: ReadonlyMap<number, Seen>, now: ReadonlyMap<number, Seen>): Map<string, number> {
  const counted = countedOfEnded(before, now);
  const used = new Map<string, number>();
  for (const { stat, program } of now.values()) {
    if (program === undefined) continue;
    const earlier = same(before, stat);
    // What became the program's only now brings no past with it.
    if (earlier !== undefined && earlier.program !== program) continue;
    const own = stat.cpuTicks - (earlier?.stat.cpuTicks ?? 0);
    const children = stat.childCpuTicks - (earlier?.stat.childCpuTicks ?? 0) - (counted.get(stat.pid) ?? 0);
    used.set(program, (used.get(program) ?? 0) + Math.max(0, own) + Math.max(0, children));
  }
  return used;
}

/** Ticks that were counted of processes that have ended since, by their first ancestor that lives: it waited for them. */
function countedOfEnded(before: ReadonlyMap<number, Seen>, now: ReadonlyMap<number, Seen>): Map<number, number> {
  const counted = new Map<number, number>();
  for (const { stat, program } of before.values()) {
    if (program === undefined || same(now, stat) !== undefined) continue;
    const heir = livingAncestor(stat, before, now);
    if (heir === undefined) continue;
    counted.set(heir, (counted.get(heir) ?? 0) + stat.cpuTicks + stat.childCpuTicks);
  }
  return counted;
}

function livingAncestor(
  ended: ProcessStat,
  before: ReadonlyMap<number, Seen>,
  now: ReadonlyMap<number, Seen>,
): number | undefined {
  let parent = before.get(ended.ppid)?.stat;
  for (let depth = 0; parent !== undefined && depth < before.size; depth += 1) {
    if (same(now, parent) !== undefined) return parent.pid;
    parent = before.get(parent.ppid)?.stat;
  }
  return undefined;
}

function same(seen: ReadonlyMap<number, Seen>, { pid, startTicks }: ProcessStat): Seen | undefined {
  const found = seen.get(pid);
  return found?.stat.startTicks === startTicks ? found : undefined;
}
