import type { TimedEvent } from '../../core/contract.ts';
import { tellTime } from '../../sources/supervisord/log-clock.ts';
import type { MainLogEvent, MainLogLine } from '../../sources/supervisord/main-log.ts';
import { programOfSpawnError } from '../../sources/supervisord/spawn-error.ts';
import type { ProgramStanza, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { historyEvent } from './history-events.ts';
import { namesOf } from './names.ts';
import { emptyRecord } from './record.ts';
import type { ProgramRecord } from './record.ts';
import { applyLine } from './runs.ts';
import type { Saved } from './saved.ts';

/** What is known besides the log while its lines are booked. */
export interface Surroundings {
  /** Taken after the lines were read; absent when supervisord does not answer. */
  readonly snapshot: SupervisordSnapshot | undefined;
  /** supervisord may not be asked: whom a name belongs to will not be known later either. */
  readonly denied: boolean;
  readonly stanzas: readonly ProgramStanza[];
  /** Labels of the programs that are counted. */
  readonly targets: readonly string[];
  readonly nowMs: number;
}

export interface Booking {
  readonly saved: Saved;
  readonly events: readonly TimedEvent[];
  /** Less than all where the name in the next line cannot be told yet. */
  readonly booked: number;
  /** What the lines said of each program. */
  readonly told: ReadonlyMap<string, ReadonlySet<MainLogEvent['kind']>>;
}

/** Books lines of the main log into the records of their programs, in order. */
export function book(saved: Saved, lines: readonly MainLogLine[], around: Surroundings): Booking {
  const concernedBy = resolver(saved, around);
  const statuses = new Map(around.snapshot?.programs.map((status) => [status.program, status]));
  const stanzas = new Map(around.stanzas.map((stanza) => [stanza.program, stanza]));
  const targets = new Set(around.targets);
  const programs = new Map(Object.entries(saved.programs));
  const told = new Map<string, Set<MainLogEvent['kind']>>();
  const events: TimedEvent[] = [];
  let { clock, sawStart } = saved;
  let booked = 0;

  for (const { time, event } of lines) {
    const concerned = concernedBy(event);
    if (concerned === undefined) break;
    booked += 1;
    const { atMs, clock: later } = tellTime(clock, time, around.nowMs);
    clock = later;
    sawStart ||= event.kind === 'supervisord_started';
    for (const program of concerned.filter((one) => targets.has(one))) {
      const record = programs.get(program) ?? newRecord(saved.counting || sawStart);
      const facts = { atMs, stanza: stanzas.get(program), status: statuses.get(program) };
      const step = applyLine(record, event, facts);
      programs.set(program, saved.counting ? step.record : { ...step.record, counters: record.counters });
      told.set(program, (told.get(program) ?? new Set<MainLogEvent['kind']>()).add(event.kind));
      if (step.event !== undefined) events.push(historyEvent(program, step.event, atMs, time.text));
    }
  }
  return { saved: { ...saved, clock, sawStart, programs: Object.fromEntries(programs) }, events, booked, told };
}

/** A program that was never heard of starts for the first time, if everything since supervisord started was heard. */
export function newRecord(heardAll: boolean): ProgramRecord {
  return heardAll ? { ...emptyRecord(), next: 'initial' } : emptyRecord();
}

/** The programs that a line is about; undefined if that can be told only when supervisord answers again. */
function resolver(saved: Saved, around: Surroundings): (event: MainLogEvent) => readonly string[] | undefined {
  const { snapshot, denied, stanzas, targets } = around;
  const current = namesOf(snapshot?.programs ?? []);
  const earlier = new Map(saved.names);
  const planned = namesOf(stanzas);
  return (event) => {
    if (event.kind === 'supervisord_started') return targets;
    if (event.kind === 'spawn_error') {
      const program = programOfSpawnError(event.text, stanzas, snapshot?.programs ?? []);
      return program === undefined ? [] : [program];
    }
    const names = [current, earlier, planned].find((one) => one.has(event.name));
    if (names === undefined && denied) return targets.filter((target) => target === event.name);
    // After a good answer a name that nobody knows is that of a program that is gone.
    if (names === undefined) return snapshot === undefined ? undefined : [];
    const program = names.get(event.name);
    return program === undefined || program === null ? [] : [program];
  };
}
