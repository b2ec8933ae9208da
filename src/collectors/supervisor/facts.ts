import { ownValue } from '../../core/own-value.ts';
import type { ProgramStanza, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { programStates } from './metrics.ts';
import type { EventSource } from './metrics.ts';
import { emptyRecord } from './record.ts';
import type { Counters, ProgramRecord } from './record.ts';

/** What the checklist may know, as of the newest answer of supervisord. */
export interface SupervisorFacts {
  readonly state: string;
  readonly version: string;
  readonly identification: string;
  readonly pid: number;
  /** Every target, in the order of the configuration. */
  readonly programs: readonly ProgramFacts[];
}

export interface ProgramFacts {
  readonly program: string;
  /** Absent when supervisord does not know the program. */
  readonly status?: ProgramNow;
  /** From supervisord.conf; absent where that cannot be read. */
  readonly startsecs?: number;
  readonly autostart?: boolean;
  /** Where starts and exits come from; poll is a lower bound. */
  readonly source: EventSource;
  /** Totals since counting began. */
  readonly starts: Counters['starts'];
  readonly exits: Counters['exits'];
  readonly gaveUp: number;
  readonly lastExit?: { readonly atMs: number; readonly code?: number };
  readonly lastRunSeconds?: number;
}

export interface ProgramNow {
  /** `RUNNING`, …, `UNKNOWN`. */
  readonly state: string;
  readonly stateCode: number;
  /** 0 when there is no process. */
  readonly pid: number;
  /** Unix time; 0 if it was never started. */
  readonly startSeconds: number;
  /** How long the process has been there, by supervisord's clock; absent without a process. */
  readonly uptimeSeconds?: number;
  readonly spawnError: string;
}

export function factsOf(
  snapshot: SupervisordSnapshot,
  stanzas: readonly ProgramStanza[],
  programs: Readonly<Record<string, ProgramRecord>>,
  targets: readonly string[],
): SupervisorFacts {
  const { state, version, identification, pid } = snapshot;
  const planned = new Map(stanzas.map((stanza) => [stanza.program, stanza]));
  const facts = targets.map((program): ProgramFacts => {
    const { counters, source, lastExit, lastRunSeconds } = ownValue(programs, program) ?? emptyRecord();
    const stanza = planned.get(program);
    const status = statusOf(snapshot, program);
    return {
      program,
      ...(status === undefined ? {} : { status }),
      ...(stanza === undefined ? {} : { startsecs: stanza.startsecs, autostart: stanza.autostart }),
      source,
      starts: counters.starts,
      exits: counters.exits,
      gaveUp: counters.gaveUp,
      ...(lastExit === undefined ? {} : { lastExit }),
      ...(lastRunSeconds === undefined ? {} : { lastRunSeconds }),
    };
  });
  return { state: state.name, version, identification, pid, programs: facts };
}

function statusOf(snapshot: SupervisordSnapshot, program: string): ProgramNow | undefined {
  const found = snapshot.programs.find((status) => status.program === program);
  if (found === undefined) return undefined;
  const { state, pid, startSeconds, nowSeconds, spawnError } = found;
  const uptime = pid === 0 ? {} : { uptimeSeconds: Math.max(0, nowSeconds - startSeconds) };
  return { state: programStates[state] ?? String(state), stateCode: state, pid, startSeconds, ...uptime, spawnError };
}
