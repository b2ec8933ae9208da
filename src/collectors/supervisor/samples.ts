import type { Sample } from '../../core/contract.ts';
import { sample, stateSet } from '../../core/samples.ts';
import { ownValue } from '../../core/own-value.ts';
import type { ProgramStatus, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { eventSources, exitCauses, metrics, programStates, triggers } from './metrics.ts';
import { emptyRecord } from './record.ts';
import type { ProgramRecord } from './record.ts';

/** What supervisord says now; wrong the moment that it does not answer any more. */
export function currentSamples(snapshot: SupervisordSnapshot, targets: readonly string[]): Sample[] {
  const { version, identification, state } = snapshot;
  const statuses = new Map(snapshot.programs.map((status) => [status.program, status]));
  return [
    sample(metrics.info, { version, identification }, 1),
    ...stateSet(metrics.state, 'state', {}, state.name),
    ...targets.flatMap((program) => programSamples(program, statuses.get(program))),
  ];
}

function programSamples(program: string, status: ProgramStatus | undefined): Sample[] {
  const state = status === undefined ? undefined : programStates[status.state];
  const states = stateSet(metrics.programState, 'state', { program }, state);
  if (status === undefined) return states;
  const start = status.startSeconds > 0 ? [sample(metrics.startTime, { program }, status.startSeconds)] : [];
  return [...states, sample(metrics.programStateCode, { program }, status.state), ...start];
}

/** What stays true whether supervisord answers or not. */
export function lastingSamples(
  programs: Readonly<Record<string, ProgramRecord>>,
  targets: readonly string[],
): Sample[] {
  return targets.flatMap((program) => recordSamples(program, ownValue(programs, program) ?? emptyRecord()));
}

function recordSamples(program: string, record: ProgramRecord): Sample[] {
  const { starts, exits, gaveUp, runs, short } = record.counters;
  const { lastExit, lastRunSeconds } = record;
  return [
    sample(metrics.expected, { program }, 1),
    ...eventSources.map((source) => sample(metrics.eventsSource, { program, source }, record.source === source)),
    ...triggers.map((trigger) => sample(metrics.starts, { program, trigger }, starts[trigger])),
    ...exitCauses.map((cause) => sample(metrics.exits, { program, cause }, exits[cause])),
    sample(metrics.gaveUp, { program }, gaveUp),
    sample(metrics.runDuration, { program }, runs),
    sample(metrics.shortRuns, { program }, short.count),
    sample(metrics.shortRunSeconds, { program }, short.sum),
    sample(metrics.shortRunSquares, { program }, short.squares),
    ...(lastRunSeconds === undefined ? [] : [sample(metrics.lastRun, { program }, lastRunSeconds)]),
    ...(lastExit === undefined ? [] : [sample(metrics.lastExitTime, { program }, lastExit.atMs / 1_000)]),
    ...(lastExit?.code === undefined ? [] : [sample(metrics.lastExitCode, { program }, lastExit.code)]),
  ];
}
