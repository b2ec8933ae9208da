import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { readBounded } from './read-bounded.ts';

/** The running kernel: which boot it is, and how many processes its OOM killer has killed since. */
export interface KernelCounts {
  readonly bootId: string;
  /** Unix time in milliseconds. */
  readonly bootedAtMs: number;
  /** Global and cgroup kills alike; absent before Linux 4.13 and where /proc/vmstat may not be read. */
  readonly oomKills?: number;
}

const maxBytes = 256 * 1024;

/** Reads a proc file system's `vmstat`, `uptime` and `sys/kernel/random/boot_id`; its root is the path. */
export const readKernelCounts: FileOperation<null, KernelCounts> = {
  name: 'machine.kernel_counts',
  async run(path) {
    const read = async (name: string): Promise<string> => await readBounded(join(path, name), maxBytes);
    const [bootId, uptime, vmstat] = await Promise.all([
      read('sys/kernel/random/boot_id'),
      read('uptime'),
      read('vmstat').catch(() => ''),
    ]);
    const kills = /^oom_kill (\d+)$/m.exec(vmstat)?.[1];
    return {
      bootId: bootId.trim(),
      bootedAtMs: Date.now() - Number.parseFloat(uptime) * 1_000,
      ...(kills === undefined ? {} : { oomKills: Number(kills) }),
    };
  },
};
