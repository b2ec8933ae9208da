/** Small /proc trees and process tables for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ProcessStat } from '../../../src/sources/procfs/types.ts';

export function processStat(overrides: Partial<ProcessStat>): ProcessStat {
  const pid = overrides.pid ?? 100;
  return {
    pid,
    ppid: 1,
    pgid: pid,
    state: 'S',
    comm: 'sleep',
    startTicks: pid,
    cpuTicks: 0,
    childCpuTicks: 0,
    ...overrides,
  };
}

/** A /proc/PID/stat line. */
export function statLine(overrides: Partial<ProcessStat>): string {
  const { pid, comm, state, ppid, pgid, cpuTicks, childCpuTicks, startTicks } = processStat(overrides);
  const head = `${pid} (${comm}) ${state} ${ppid} ${pgid} 3547 0 -1 4194304 103 0 0 0`;
  return `${head} ${cpuTicks} 0 ${childCpuTicks} 0 20 0 1 0 ${startTicks} 3133440 416 0 0\n`;
}

/** A directory with these files, removed after the test. */
export function temporaryTree(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'procfs-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

export const isRoot = process.getuid?.() === 0;

/** Runs `work` without the rights of root, where we have them. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return await work();
  process.seteuid?.(65_534);
  return await work().finally(() => process.seteuid?.(0));
}
