/** What one look at /proc says of the processes that are visible from here. */

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

/**
 * Whom a process belongs to: a program's label; `orphan` = the process group of a program's earlier incarnation or of one
 * that is dead; `foreign` = a visible process that is no program's; `unknown` = a pid that is not visible here.
 */
export type Owner =
  | { readonly kind: 'program'; readonly program: string }
  | { readonly kind: 'orphan' | 'foreign' | 'unknown' };

/** The pid → program service: process group, then SUPERVISOR_* environment, then parents. */
export interface OwnerService {
  /** Owners of these pids, from one look at /proc. Throws `SourceError` if /proc or supervisord cannot be read at all. */
  owners(pids: readonly number[], options: { timeoutMs: number; signal?: AbortSignal }): Promise<Map<number, Owner>>;
}
