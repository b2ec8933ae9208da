import type { ProcessLook } from './types.ts';

/** Supervisord's pid, unless it runs in another pid namespace, where its pid is nobody's here or somebody else's. */
export function visibleSupervisord({ snapshot, processes, ownerOf }: ProcessLook): number | undefined {
  const process = processes.get(snapshot.pid);
  if (process === undefined) return undefined;
  if (process.comm.startsWith('supervisor')) return snapshot.pid;
  const children = [...processes.values()].filter(({ ppid }) => ppid === snapshot.pid);
  return children.some(({ pid }) => ownerOf(pid).kind === 'program') ? snapshot.pid : undefined;
}
