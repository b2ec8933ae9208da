import type { SavedState, TimedEvent } from '../../core/contract.ts';
import type { ProgramStatus, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { stateEvent } from './history-events.ts';
import { programStates } from './metrics.ts';
import type { Saved } from './saved.ts';

/** Tells how much of what is saved is new since the last time. */
export function createSavedChanges(): (saved: Saved, mustSave: boolean) => SavedState {
  let counters = '';
  let positions = '';
  return (saved, mustSave) => {
    const { clock, programs, ...rest } = saved;
    const newCounters = JSON.stringify(programs);
    // When the log was last read is old at the next round already.
    const newPositions = JSON.stringify([rest, clock.correctionMs, clock.lastMs]);
    const changed =
      mustSave || newCounters !== counters ? 'counters' : newPositions === positions ? 'none' : 'positions';
    counters = newCounters;
    positions = newPositions;
    return { data: saved, changed };
  };
}

/** States that differ from those of the snapshot before; the first one tells nothing new. */
export function createStateChanges(): (snapshot: SupervisordSnapshot, targets: readonly string[]) => TimedEvent[] {
  let before: ReadonlyMap<string, number> = new Map();
  return ({ atMs, programs }, targets) => {
    const wanted = new Set(targets);
    const isNews = ({ program, state }: ProgramStatus): boolean =>
      wanted.has(program) && before.has(program) && before.get(program) !== state;
    const events = programs
      .filter(isNews)
      .map(({ program, state }) => stateEvent(program, programStates[state] ?? String(state), atMs));
    before = new Map(programs.map(({ program, state }) => [program, state]));
    return events;
  };
}
