import type { Files } from '../../core/host.ts';
import type { SupervisordSnapshot } from '../supervisord/types.ts';
import { readProcessEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { groupVariable, isAlive, nameVariable, urlVariable } from './living-programs.ts';
import type { ProcessInfo } from './types.ts';

export interface EnvironmentCache {
  /** SUPERVISOR_* variables of the processes that are not members of a program's process group by their pgid. */
  read(
    processes: ReadonlyMap<number, ProcessInfo>,
    snapshot: SupervisordSnapshot,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<ReadonlyMap<number, Environment>>;
}

interface Entry {
  readonly key: string;
  /** Absent: it may not be read. */
  readonly environment: Environment | undefined;
}

const names = [nameVariable, groupVariable, urlVariable];

/** An environment changes only by exec, so that a thousand processes are read once and not every five seconds. */
export function createEnvironmentCache(files: Files, procRoot: string): EnvironmentCache {
  let entries = new Map<number, Entry>();

  return {
    async read(processes, snapshot, options) {
      const groups = new Set(snapshot.programs.map((each) => each.pid));
      const wanted = [...processes.values()].filter(
        (each) => isAlive(each) && !isKernelThread(each) && (!groups.has(each.pgid) || each.pgid === each.pid),
      );
      const next = new Map<number, Entry>();
      const unread: ProcessInfo[] = [];
      for (const process of wanted) {
        const entry = entries.get(process.pid);
        if (entry?.key === keyOf(process)) next.set(process.pid, entry);
        else unread.push(process);
      }
      if (unread.length > 0) {
        const pids = unread.map((each) => each.pid);
        const found = await files.call(readProcessEnvironment, procRoot, { pids, names }, options);
        for (const process of unread) {
          const result = found[process.pid];
          if (result === undefined) continue;
          if ('variables' in result) next.set(process.pid, { key: keyOf(process), environment: result.variables });
          else if (result.failure === 'denied') next.set(process.pid, { key: keyOf(process), environment: undefined });
        }
      }
      entries = next;
      return environmentsOf(next);
    },
  };
}

// An exec keeps pid and start; it nearly always changes the name.
function keyOf({ startTicks, comm }: ProcessInfo): string {
  return `${startTicks} ${comm}`;
}

// Threads of the kernel are in no process group.
function isKernelThread({ pgid, ppid }: ProcessInfo): boolean {
  return pgid === 0 && (ppid === 0 || ppid === 2);
}

function environmentsOf(entries: ReadonlyMap<number, Entry>): ReadonlyMap<number, Environment> {
  const found = new Map<number, Environment>();
  for (const [pid, { environment }] of entries) if (environment !== undefined) found.set(pid, environment);
  return found;
}
