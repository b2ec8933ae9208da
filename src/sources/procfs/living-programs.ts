import type { ProgramStatus, SupervisordSnapshot } from '../supervisord/types.ts';
import type { Environment } from './environment.ts';
import type { ProcessInfo } from './types.ts';

/** What supervisord gives each of its children. */
export const nameVariable = 'SUPERVISOR_PROCESS_NAME';
export const groupVariable = 'SUPERVISOR_GROUP_NAME';
export const urlVariable = 'SUPERVISOR_SERVER_URL';

/** A program's process as it was seen. The process group that it leads outlives it while others are in that group. */
export interface Incarnation {
  readonly program: string;
  readonly startTicks: number;
}

export interface OwnershipInput {
  readonly snapshot: SupervisordSnapshot;
  readonly processes: ReadonlyMap<number, ProcessInfo>;
  /** The SUPERVISOR_* variables of processes, where they could be read. */
  readonly environments: ReadonlyMap<number, Environment>;
  /** Every incarnation seen so far whose process group still has members, by the number of that group. */
  readonly incarnations: ReadonlyMap<number, Incarnation>;
  /** Whether the process with supervisord's pid is a supervisord; if not, its pids may be of another pid namespace. */
  readonly supervisordVisible: boolean;
}

export interface LivingPrograms {
  /** Programs with a living process, by its pid, which is the number of their process group too. */
  readonly living: ReadonlyMap<number, Incarnation>;
  /** Programs that supervisord says have a process while it is not visible here. */
  readonly unseen: ReadonlySet<string>;
  /** Snapshot and process table seem to be of different moments: worth another look. */
  readonly torn: boolean;
}

/** Finds the programs' own processes: direct children of supervisord with the pids that it reports, or with their name. */
export function findLiving(input: OwnershipInput): LivingPrograms {
  const { snapshot, processes } = input;
  const living = new Map<number, Incarnation>();
  for (const status of snapshot.programs) {
    const leader = status.pid > 0 ? processes.get(status.pid) : undefined;
    if (leader !== undefined && isItsProcess(leader, status, input))
      living.set(leader.pid, incarnation(leader, status));
  }
  const found = new Set([...living.values()].map((each) => each.program));
  let torn = false;
  for (const child of unreportedLeaders(input)) {
    const status = nameOf(child, input);
    if (status === undefined || found.has(status.program)) continue;
    // Spawned since the snapshot, unless supervisord is init: then it may as well be an orphan that it adopted.
    if (snapshot.pid === 1) {
      torn = true;
      continue;
    }
    living.set(child.pid, incarnation(child, status));
    found.add(status.program);
  }
  const missing = snapshot.programs.filter((each) => each.pid > 0 && !found.has(each.program));
  // A zombie is visible: its program has ended and supervisord will notice.
  const unseen = new Set(missing.filter((each) => !isZombieOf(each, input)).map((each) => each.program));
  return { living, unseen, torn: torn || (input.supervisordVisible && missing.length > 0) };
}

/** Whether an environment names this program. */
export function isNamed(environment: Environment | undefined, { name, group }: ProgramStatus): boolean {
  return environment?.[nameVariable] === name && (environment[groupVariable] ?? name) === group;
}

/** By its name: a script's, which Debian's supervisord is, or a program's of that name. */
export function isSupervisord(process: ProcessInfo | undefined): boolean {
  return process?.comm.startsWith('supervisor') ?? false;
}

export function isAlive({ state }: ProcessInfo): boolean {
  return !/[ZXx]/.test(state);
}

function isItsProcess(leader: ProcessInfo, status: ProgramStatus, input: OwnershipInput): boolean {
  const { snapshot, supervisordVisible, environments } = input;
  if (leader.ppid !== snapshot.pid || !isAlive(leader)) return false;
  return supervisordVisible || isNamed(environments.get(leader.pid), status);
}

function unreportedLeaders({ snapshot, processes }: OwnershipInput): ProcessInfo[] {
  const reported = new Set(snapshot.programs.map((each) => each.pid));
  return [...processes.values()].filter(
    (each) => each.ppid === snapshot.pid && each.pgid === each.pid && isAlive(each) && !reported.has(each.pid),
  );
}

function nameOf(
  child: ProcessInfo,
  { snapshot, environments, incarnations }: OwnershipInput,
): ProgramStatus | undefined {
  const earlier = incarnations.get(child.pid);
  const remembered = earlier?.startTicks === child.startTicks ? earlier.program : undefined;
  return snapshot.programs.find((each) => each.program === remembered || isNamed(environments.get(child.pid), each));
}

function isZombieOf({ pid }: ProgramStatus, { snapshot, processes }: OwnershipInput): boolean {
  const leader = processes.get(pid);
  return leader !== undefined && leader.ppid === snapshot.pid && !isAlive(leader);
}

function incarnation({ startTicks }: ProcessInfo, { program }: ProgramStatus): Incarnation {
  return { program, startTicks };
}
