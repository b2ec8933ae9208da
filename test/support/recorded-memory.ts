import { readFileSync } from 'node:fs';
import type { MachineMemory } from '../../src/sources/machine/memory.ts';

/** What a recorded /proc/meminfo says; systeminformation can only be asked of the machine that it runs on. */
export function recordedMemory(meminfo: string): MachineMemory {
  const text = readFileSync(meminfo, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  return {
    totalBytes: bytes('MemTotal'),
    availableBytes: bytes('MemAvailable'),
    swapTotalBytes: bytes('SwapTotal'),
    swapUsedBytes: bytes('SwapTotal') - bytes('SwapFree'),
  };
}
