import type { TimedEvent } from '../../core/contract.ts';
import type { ProgramStanza, ProgramStatus, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { adopt } from './adopt.ts';
import type { Disagreements } from './disagreements.ts';
import { historyEvent } from './history-events.ts';
import { newRecord } from './ledger.ts';
import type { Booking } from './ledger.ts';
import { mergeNames, namesOf } from './names.ts';
import { agrees, observe, observeWithoutLog } from './observe.ts';
import type { Observation } from './observe.ts';
import type { ProgramRecord } from './record.ts';
import type { Saved } from './saved.ts';

/** `followed`: read to its end just now. `waiting`: it could not be, which may pass. `lost`: polling has to do. */
export type LogState = 'followed' | 'waiting' | 'lost';

export interface Comparison {
  /** Newer than every line that was booked. */
  readonly snapshot: SupervisordSnapshot;
  readonly stanzas: readonly ProgramStanza[];
  readonly targets: readonly string[];
  readonly log: LogState;
  /** The log level hides the lines that matter. */
  readonly silentByLevel: boolean;
  readonly told: Booking['told'];
}

/** Brings every target's record in line with a snapshot. */
export function compare(
  saved: Saved,
  comparison: Comparison,
  disagreements: Disagreements,
): { readonly saved: Saved; readonly events: readonly TimedEvent[] } {
  const { snapshot, stanzas, targets } = comparison;
  const statuses = new Map(snapshot.programs.map((status) => [status.program, status]));
  const planned = new Map(stanzas.map((stanza) => [stanza.program, stanza]));
  const names = namesOf(snapshot.programs);
  const programs = new Map(Object.entries(saved.programs));
  const events: TimedEvent[] = [];

  for (const program of targets) {
    const status = statuses.get(program);
    if (status === undefined) continue;
    const before = programs.get(program) ?? newRecord(saved.counting || saved.sawStart);
    const log = names.get(status.name) === null ? 'lost' : comparison.log;
    const observation =
      before.seen === undefined
        ? firstLook(before, status, planned.get(program), log, comparison.silentByLevel)
        : look(before, status, log, (agree) =>
            disagreements.track(program, agree, status.pid, comparison.told.get(program)),
          );
    programs.set(program, observation.record);
    const mark = `rpc ${status.startSeconds} ${status.stopSeconds}`;
    events.push(...observation.events.map((event) => historyEvent(program, event, snapshot.atMs, mark)));
  }
  const merged = mergeNames(new Map(saved.names), names);
  return { saved: { ...saved, names: [...merged], programs: Object.fromEntries(programs) }, events };
}

function firstLook(
  before: ProgramRecord,
  status: ProgramStatus,
  stanza: ProgramStanza | undefined,
  log: LogState,
  silentByLevel: boolean,
): Observation {
  const silent = silentByLevel && before.spawnedMs === undefined;
  const source = log === 'followed' && !silent ? 'main_log' : 'poll';
  return { record: { ...adopt(before, status, stanza), source, silent }, events: [] };
}

function look(
  before: ProgramRecord,
  status: ProgramStatus,
  log: LogState,
  track: (agree: boolean) => number | undefined,
): Observation {
  if (log === 'followed') return observe(before, status, track(agrees(before, status)));
  if (log === 'waiting' && before.source === 'main_log') return { record: before, events: [] };
  return observeWithoutLog(before, status);
}
