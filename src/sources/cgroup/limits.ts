import type { MachineMemory } from '../machine/memory.ts';
import type { MemoryLevel } from './levels.ts';

/** Memory and swap that processes of a cgroup can have, in bytes; absent: not measured. */
export interface EffectiveMemory {
  readonly limitBytes: number;
  readonly availableBytes?: number;
  readonly swapTotalBytes: number;
  readonly swapUsedBytes?: number;
  readonly limitedBy: 'machine' | 'cgroup';
}

/**
 * The lowest limit on the way up wins where it is lower than the machine's. The least available wins too, and that may be
 * another level's: neighbours use up a parent's limit.
 */
export function effectiveMemory(machine: MachineMemory, levels: readonly MemoryLevel[]): EffectiveMemory {
  const limiting = levels.filter((level) => level.limitBytes !== undefined && level.limitBytes < machine.totalBytes);
  const limits = limiting.map((level) => level.limitBytes ?? Infinity);
  const left = limiting.map((level) => (level.limitBytes ?? Infinity) - (level.workingSetBytes ?? Number.NaN));
  // One level that does not tell its use makes what is left unknown.
  const availableBytes = Math.max(0, Math.min(machine.availableBytes, ...left));
  return {
    limitBytes: Math.min(machine.totalBytes, ...limits),
    ...(Number.isNaN(availableBytes) ? {} : { availableBytes }),
    ...effectiveSwap(machine, levels),
    limitedBy: limiting.length > 0 ? 'cgroup' : 'machine',
  };
}

function effectiveSwap(
  machine: MachineMemory,
  levels: readonly MemoryLevel[],
): Pick<EffectiveMemory, 'swapTotalBytes' | 'swapUsedBytes'> {
  const [lowest] = levels
    .filter((level) => level.swapLimitBytes !== undefined && level.swapLimitBytes < machine.swapTotalBytes)
    .toSorted((a, b) => (a.swapLimitBytes ?? Infinity) - (b.swapLimitBytes ?? Infinity));
  if (lowest?.swapLimitBytes === undefined) {
    return { swapTotalBytes: machine.swapTotalBytes, swapUsedBytes: machine.swapUsedBytes };
  }
  const { swapLimitBytes: swapTotalBytes, swapUsedBytes } = lowest;
  return { swapTotalBytes, ...(swapUsedBytes === undefined ? {} : { swapUsedBytes }) };
}
