import { readFileSync } from 'node:fs';

/** The most memory that this process ever had, in megabytes. getrusage would count that of who started it, too. */
export function peakMegabytes(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
