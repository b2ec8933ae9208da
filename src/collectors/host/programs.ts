import type { Sources } from '../../sources/index.ts';
import { visibleSupervisord } from '../../sources/procfs/visible-supervisord.ts';

/** The processes whose cgroups matter, as one look at /proc and supervisord saw them. */
export interface ProgramProcesses {
  /** Undefined where it cannot be seen: it runs in another pid namespace, or has not answered yet. */
  readonly supervisordPid: number | undefined;
  readonly programOf: ReadonlyMap<number, string>;
}

export const noProcesses: ProgramProcesses = { supervisordPid: undefined, programOf: new Map() };

// Workers fork by the hundred, into one cgroup.
const maxPids = 256;

/** Throws `SourceError` where /proc or supervisord cannot be read. */
export async function findProgramProcesses(
  sources: Sources,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProgramProcesses> {
  const look = await sources.owners.look({ timeoutMs, signal });
  const programOf = new Map<number, string>();
  for (const pid of look.processes.keys()) {
    const owner = look.ownerOf(pid);
    if (owner.kind === 'program' && programOf.size < maxPids) programOf.set(pid, owner.program);
  }
  return { supervisordPid: visibleSupervisord(look), programOf };
}
