import type { ProcessStat } from './types.ts';

/** USER_HZ, the unit of times in /proc: 100 on every architecture that Node runs on, whatever the kernel's own HZ. */
export const ticksPerSecond = 100;

/**
 * Parses /proc/PID/stat (proc_pid_stat(5)); undefined if it is not one. The name in parentheses may itself hold spaces,
 * parentheses and newlines, so the fields after it are counted from the last parenthesis.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 1 || close < open) return undefined;
  const pid = Number(text.slice(0, open));
  const [state = '', ...rest] = text
    .slice(close + 1)
    .trim()
    .split(' ');
  // proc_pid_stat(5) numbers fields from 1 and the state is its field 3.
  const field = (number: number): number => Number(rest[number - 4]);
  const stat: ProcessStat = {
    pid,
    ppid: field(4),
    pgid: field(5),
    state,
    comm: text.slice(open + 1, close),
    startTicks: field(22),
    cpuTicks: field(14) + field(15),
    childCpuTicks: field(16) + field(17),
  };
  return isWhole(stat) ? stat : undefined;
}

function isWhole(stat: ProcessStat): boolean {
  const numbers = [stat.pid, stat.ppid, stat.pgid, stat.startTicks, stat.cpuTicks, stat.childCpuTicks];
  return stat.pid > 0 && /^[A-Za-z]$/.test(stat.state) && numbers.every((each) => Number.isSafeInteger(each));
}
