import { isAbsolute, resolve } from 'node:path';
import type { Files } from '../../core/host.ts';
import { readProcessLink } from '../../sources/command-line/operations.ts';
import { splitCommand } from '../../sources/command-line/split.ts';
import type { Sources } from '../../sources/index.ts';
import { readProcessEnvironment } from '../../sources/procfs/environment.ts';
import type { Environment } from '../../sources/procfs/environment.ts';
import type { ProcessLook } from '../../sources/procfs/types.ts';
import { visibleSupervisord } from '../../sources/procfs/visible-supervisord.ts';
import type { ProgramStanza } from '../../sources/supervisord/types.ts';

/** A program as supervisord would start it now, and how it runs. */
export interface ProgramContext {
  readonly program: string;
  readonly group: string;
  /** Empty where the command cannot be understood. It may hold secrets: never log or label it. */
  readonly words: readonly string[];
  /** Where it is started, if that is known. */
  readonly folder: string | undefined;
  readonly startsecs: number;
  /** Of the variables that were asked for: the running process's, else what supervisord would give it. */
  readonly environment: Readonly<Record<string, string>>;
  /** False: supervisord's own environment could not be read, and what it has is missing above. */
  readonly environmentComplete: boolean;
  /** Its processes by pid, with their names. */
  readonly processes: ReadonlyMap<number, string>;
}

export interface ProgramsLook {
  readonly files: Files;
  readonly sources: Sources;
  readonly configured: readonly string[];
  /** Variables that are no secrets. */
  readonly variables: readonly string[];
  readonly procRoot: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

// For each a few files are read in a round.
const maxPrograms = 200;

/** The targets that supervisord's configuration knows. Throws `SourceError` where it cannot be read. */
export async function readPrograms(request: ProgramsLook): Promise<ProgramContext[]> {
  const { files, sources, procRoot, variables, timeoutMs, signal } = request;
  const { programs } = await sources.supervisord.config(signal);
  const targets = programs.filter((stanza) => isTarget(stanza, request.configured)).slice(0, maxPrograms);
  // Without /proc or an answer of supervisord there is still what it would give its programs.
  const look = await sources.owners.look({ timeoutMs, signal }).catch(() => undefined);
  const supervisord = look === undefined ? undefined : visibleSupervisord(look);
  const leaders = leadersOf(look);
  const pids = [...leaders.values(), ...(supervisord === undefined ? [] : [supervisord])];
  const environments = await files
    .call(readProcessEnvironment, procRoot, { pids, names: variables }, { timeoutMs, signal })
    .catch(() => undefined);
  const ofProcess = (pid: number | undefined): Environment | undefined => {
    const found = pid === undefined ? undefined : environments?.[pid];
    return found !== undefined && 'variables' in found ? found.variables : undefined;
  };
  const startedIn =
    supervisord === undefined
      ? undefined
      : await files
          .call(readProcessLink, procRoot, { pid: supervisord, link: 'cwd' }, { timeoutMs, signal })
          .catch(() => undefined);
  return targets.map((stanza) => ({
    program: stanza.program,
    group: stanza.group,
    words: splitCommand(stanza.command) ?? [],
    folder: folderOf(stanza, startedIn),
    startsecs: stanza.startsecs,
    environmentComplete: (ofProcess(supervisord) ?? ofProcess(leaders.get(stanza.program))) !== undefined,
    environment: {
      ...ofProcess(supervisord),
      ...stanzaValues(stanza, variables),
      ...ofProcess(leaders.get(stanza.program)),
    },
    processes: processesOf(stanza.program, look),
  }));
}

/** The programs that a configured name stands for: one of that name, or a group's members. */
export function programsNamed(name: string, programs: readonly ProgramContext[]): ProgramContext[] {
  return programs.filter((each) => isTarget(each, [name]));
}

function isTarget(
  { program, group }: Pick<ProgramStanza, 'program' | 'group'>,
  configured: readonly string[],
): boolean {
  return configured.some((name) => name === 'all' || name === program || name.replace(/:\*$/, '') === group);
}

function folderOf({ directory }: ProgramStanza, startedIn: string | undefined): string | undefined {
  if (directory === undefined) return startedIn;
  if (isAbsolute(directory)) return resolve(directory);
  return startedIn === undefined ? undefined : resolve(startedIn, directory);
}

function stanzaValues({ environmentValue }: ProgramStanza, names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = environmentValue(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The programs' own processes, as far as they can be seen from here. */
function leadersOf(look: ProcessLook | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { program, pid } of look?.snapshot.programs ?? []) {
    const owner = look?.ownerOf(pid);
    if (owner?.kind === 'program' && owner.program === program) found.set(program, pid);
  }
  return found;
}

function processesOf(program: string, look: ProcessLook | undefined): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { pid, comm } of look?.processes.values() ?? []) {
    const owner = look?.ownerOf(pid);
    if (owner?.kind === 'program' && owner.program === program) found.set(pid, comm);
  }
  return found;
}
