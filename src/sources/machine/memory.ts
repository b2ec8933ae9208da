import type { Systeminformation } from 'systeminformation';
import type { FileOperation } from '../../core/host.ts';
import { readBounded } from './read-bounded.ts';

/** Memory and swap of the whole machine, in bytes; in a container that is still the machine's. */
export interface MachineMemory {
  readonly totalBytes: number;
  /** The kernel's estimate of what could be had without swapping. */
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapUsedBytes: number;
}

const maxBytes = 64 * 1024;

/** The machine's memory by systeminformation; the path is /proc/meminfo, the one file that it reads for this. */
export const readMachineMemory: FileOperation<null, MachineMemory> = {
  name: 'machine.memory',
  async run(path) {
    const text = await readBounded(path, maxBytes);
    // Ten megabytes and thirty milliseconds that only the file agent should pay.
    const { mem } = await import('systeminformation');
    return toMachineMemory(await mem(), text);
  },
};

/**
 * Systeminformation takes `MemAvailable: 0 kB` for a kernel that does not say, and then counts the page cache as
 * available: that one case comes from the file itself.
 */
export function toMachineMemory(figures: Systeminformation.MemData, meminfo: string): MachineMemory {
  const nothingLeft = /^MemAvailable:\s+0 kB$/m.test(meminfo);
  return {
    totalBytes: figures.total,
    availableBytes: nothingLeft ? 0 : Math.min(figures.available, figures.total),
    swapTotalBytes: figures.swaptotal,
    swapUsedBytes: figures.swapused,
  };
}
