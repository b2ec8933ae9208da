import { findLiving, groupVariable, isNamed, isSupervisord, nameVariable, urlVariable } from './living-programs.ts';
import type { LivingPrograms, OwnershipInput } from './living-programs.ts';
import type { Owner, ProcessInfo } from './types.ts';

export interface Ownership extends LivingPrograms {
  readonly ownerOf: (pid: number) => Owner;
}

/** Tells whom each process belongs to: by process group, by the first ancestor that is somebody's, by environment. */
export function resolveOwnership(input: OwnershipInput): Ownership {
  const { processes, snapshot, environments, incarnations } = input;
  const programs = findLiving(input);
  const leaders = new Map([...programs.living.values()].map((each) => [each.program, each]));
  const ownUrl = [...programs.living.keys()].map((pid) => environments.get(pid)?.[urlVariable]).find(Boolean);
  const known = new Map<number, Owner>([[snapshot.pid, foreign]]);

  function ownerOf(pid: number): Owner {
    if (!processes.has(pid)) return { kind: 'unknown' };
    const chain: ProcessInfo[] = [];
    let owner: Owner | undefined;
    for (let at = processes.get(pid); at !== undefined && owner === undefined; at = parentOf(at)) {
      owner = known.get(at.pid) ?? ownerByGroup(at);
      chain.push(at);
      // A parent is older than its child in any true table; a forged one must not send us in circles.
      if (chain.length > processes.size) break;
    }
    for (const at of chain.toReversed()) {
      const inherited = owner !== undefined && owner !== foreign;
      if (!inherited) owner = known.get(at.pid) ?? (isOfOther(at) ? theirs : (ownerByEnvironment(at) ?? foreign));
      known.set(at.pid, owner ?? foreign);
    }
    return owner ?? foreign;
  }

  // On a node with two of them the names that they give may be the same.
  function isOfOther({ ppid }: ProcessInfo): boolean {
    return ppid > 1 && ppid !== snapshot.pid && isSupervisord(processes.get(ppid));
  }

  // Init and supervisord adopt orphans: being their child says nothing.
  function parentOf({ ppid }: ProcessInfo): ProcessInfo | undefined {
    return ppid <= 1 || ppid === snapshot.pid ? undefined : processes.get(ppid);
  }

  function ownerByGroup({ pid, pgid, startTicks }: ProcessInfo): Owner | undefined {
    const alive = programs.living.get(pgid) ?? programs.living.get(pid);
    if (alive !== undefined) return { kind: 'program', program: alive.program };
    const dead = incarnations.get(pgid);
    const leader = processes.get(pgid);
    // The number of a group that has no members left can be given to a new process.
    const reused = leader !== undefined && leader.startTicks !== dead?.startTicks;
    if (dead === undefined || reused || startTicks < dead.startTicks) return undefined;
    return { kind: 'orphan', formerProgram: dead.program };
  }

  function ownerByEnvironment({ pid, startTicks }: ProcessInfo): Owner | undefined {
    const environment = environments.get(pid);
    const name = environment?.[nameVariable];
    const url = environment?.[urlVariable];
    if (environment === undefined || name === undefined) return undefined;
    if (ownUrl !== undefined && url !== undefined && url !== ownUrl) return undefined;
    const group = environment[groupVariable] ?? name;
    const status = snapshot.programs.find((each) => isNamed(environment, each));
    const program = status?.program ?? (group === name ? name : `${group}:${name}`);
    const leader = leaders.get(program);
    // What a living program has detached from itself is younger than it; what it found there is not its own.
    if (leader !== undefined && startTicks >= leader.startTicks) return { kind: 'program', program };
    return programs.unseen.has(program) ? { kind: 'unknown' } : { kind: 'orphan', formerProgram: program };
  }

  return { ...programs, ownerOf };
}

const foreign: Owner = { kind: 'foreign' };
// Another supervisord's: foreign, with all that descends from it.
const theirs: Owner = { kind: 'foreign' };
