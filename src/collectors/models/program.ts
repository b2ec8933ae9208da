import type { Host } from '../../core/host.ts';
import { namesModel } from '../../sources/model-file/model-variables.ts';
import { findModelServer } from '../../sources/model-file/server-process.ts';
import type { ProgramUser } from '../../sources/model-file/types.ts';
import { findUser } from '../../sources/model-file/user.ts';
import type { Environment } from '../../sources/procfs/environment.ts';
import type { LookOptions, ProcessLook } from '../../sources/procfs/types.ts';
import type { ProgramStanza, ProgramStatus } from '../../sources/supervisord/types.ts';
import type { Sources } from '../../sources/index.ts';

/** The program of a model, as far as it can be seen. */
export interface ProgramLook {
  /** As supervisorctl prints it, if that is one program. */
  readonly program: string;
  readonly known: boolean;
  /** It has processes, as supervisord says, and they cannot be looked at: whether the server runs is not known. */
  readonly unseen: boolean;
  /** The server itself, once it runs. */
  readonly server: RunningServer | undefined;
  /** What its command line, or that of a wrapper that waits, says. */
  readonly model: string | undefined;
  /** Undefined if that cannot be told. */
  readonly user: ProgramUser | undefined;
  readonly stanza: ProgramStanza | undefined;
  /** Variables that may name a model to the start script: of the stanza, and of the script while it waits. */
  readonly environment: { readonly stanza: Environment; readonly process: Environment };
}

export interface RunningServer {
  readonly pid: number;
  readonly startTicks: number;
  readonly ageMs: number;
}

/** Looks at programs: who serves, which model, as which user. Never throws: what cannot be told is undefined. */
export async function lookAtPrograms(
  names: readonly string[],
  host: Host,
  sources: Sources,
  options: LookOptions,
): Promise<ReadonlyMap<string, ProgramLook>> {
  const [look, config] = await Promise.all([
    sources.owners.look(options).catch(() => undefined),
    sources.supervisord.config(options.signal).catch(() => undefined),
  ]);
  if (look === undefined) return new Map();
  const looks = await Promise.all(
    names.map(async (name) => {
      const stanza = config?.programs.find((each) => each.program === labelOf(name, look.snapshot.programs));
      return [name, await lookAtProgram(name, look, stanza, host, options)] as const;
    }),
  );
  return new Map(looks);
}

async function lookAtProgram(
  name: string,
  look: ProcessLook,
  stanza: ProgramStanza | undefined,
  host: Host,
  options: LookOptions,
): Promise<ProgramLook> {
  const members = new Set(membersOf(name, look.snapshot.programs).map(({ program }) => program));
  const processes = [...look.processes.values()].filter(({ pid, state }) => {
    const owner = look.ownerOf(pid);
    return state !== 'Z' && owner.kind === 'program' && members.has(owner.program);
  });
  const ids = processes.map(({ pid, ppid }) => ({ pid, ppid }));
  const found =
    ids.length === 0
      ? undefined
      : await host.files.call(findModelServer, '/proc', { processes: ids }, options).catch(() => null);
  const startTicks = processes.find(({ pid }) => pid === found?.pid)?.startTicks;
  return {
    program: labelOf(name, look.snapshot.programs),
    known: members.size > 0,
    unseen: found === null || [...members].some((member) => look.unseen.has(member)),
    server:
      found?.serving === true && startTicks !== undefined
        ? { pid: found.pid, startTicks, ageMs: found.uptimeMs - startTicks * millisecondsPerTick }
        : undefined,
    model: found?.model,
    user: found?.user ?? (await userOf(stanza, host, options)),
    stanza,
    environment: { stanza: environmentOf(stanza), process: found?.environment ?? {} },
  };
}

function environmentOf(stanza: ProgramStanza | undefined): Environment {
  const pairs = (stanza?.environmentNames ?? []).map((name) => [name, stanza?.environmentValue(name) ?? ''] as const);
  return Object.fromEntries(pairs.filter(([name, value]) => namesModel(name, value)));
}

// USER_HZ is 100 wherever Node runs.
const millisecondsPerTick = 10;

/** The user that supervisord will start the program as. */
async function userOf(
  stanza: ProgramStanza | undefined,
  host: Host,
  options: LookOptions,
): Promise<ProgramUser | undefined> {
  if (stanza?.user === undefined) return undefined;
  const user = await host.files.call(findUser, '/etc', { name: stanza.user }, options).catch(() => null);
  return user ?? undefined;
}

/** A configured name is a program as supervisorctl prints it, else a program's own name, else a group. */
function membersOf(name: string, programs: readonly ProgramStatus[]): readonly ProgramStatus[] {
  const exact = programs.filter(({ program }) => program === name);
  if (exact.length > 0) return exact;
  const byName = programs.filter((each) => each.name === name);
  return byName.length > 0 ? byName : programs.filter(({ group }) => group === name);
}

function labelOf(name: string, programs: readonly ProgramStatus[]): string {
  const [only, ...others] = membersOf(name, programs);
  return only !== undefined && others.length === 0 ? only.program : name;
}
