/** What one look at /proc says of the processes that are visible from here. */
import type { SupervisordSnapshot } from '../supervisord/types.ts';

export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  /** Process group; supervisord makes one for each program, with the program's pid. */
  readonly pgid: number;
  readonly state: string;
  readonly comm: string;
  /** Clock ticks since boot: with the pid the identity of a process. */
  readonly startTicks: number;
}

/** A process with what it has used so far, in clock ticks. */
export interface ProcessStat extends ProcessInfo {
  /** User and system time of its own threads. */
  readonly cpuTicks: number;
  /** The same of its children that ended and that it has waited for, and of theirs. */
  readonly childCpuTicks: number;
}

/**
 * Whom a process belongs to: a program's label; `orphan` = the process group of a program's earlier incarnation or of one
 * that is dead; `foreign` = a visible process that is no program's; `unknown` = a pid that is not visible here.
 */
export type Owner =
  | { readonly kind: 'program'; readonly program: string }
  | { readonly kind: 'orphan'; readonly formerProgram?: string }
  | { readonly kind: 'foreign' | 'unknown' };

export interface LookOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** One look at the whole process table, together with the supervisord snapshot that it was judged by. */
export interface ProcessLook {
  readonly snapshot: SupervisordSnapshot;
  readonly processes: ReadonlyMap<number, ProcessStat>;
  /** Programs that supervisord says have a process while none of it is visible here (hidepid, another pid namespace). */
  readonly unseen: ReadonlySet<string>;
  readonly ownerOf: (pid: number) => Owner;
}

/** The pid → program service: process group, then parents, then SUPERVISOR_* environment. */
export interface OwnerService {
  /** Owners of these pids, from one look at /proc. Throws `SourceError` if /proc or supervisord cannot be read at all. */
  owners(pids: readonly number[], options: LookOptions): Promise<Map<number, Owner>>;
  /** The newest look, at most a second old; concurrent callers share one. Throws `SourceError` like `owners`. */
  look(options: LookOptions): Promise<ProcessLook>;
}
