import type { MetricDefinition } from '../../core/contract.ts';

export const supervisorStates = ['RUNNING', 'RESTARTING', 'SHUTDOWN', 'FATAL'] as const;
/** supervisord's names of its states by its codes (supervisor/states.py). */
export const programStates: Readonly<Record<number, string>> = {
  0: 'STOPPED',
  10: 'STARTING',
  20: 'RUNNING',
  30: 'BACKOFF',
  40: 'STOPPING',
  100: 'EXITED',
  200: 'FATAL',
  1000: 'UNKNOWN',
};
export const triggers = ['initial', 'requested', 'respawn', 'unknown'] as const;
export const exitCauses = ['expected', 'unexpected', 'signal', 'spawn_error', 'stopped', 'unknown'] as const;
export const eventSources = ['main_log', 'poll'] as const;

export type Trigger = (typeof triggers)[number];
export type ExitCause = (typeof exitCauses)[number];
export type EventSource = (typeof eventSources)[number];

export const runDurationBuckets = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400] as const;

export const metrics = {
  up: {
    name: 'gpunode_supervisor_up',
    type: 'gauge',
    help: 'Whether supervisord answered the newest call (1) or not (0); absent when it may not be asked.',
    labels: [],
  },
  info: {
    name: 'gpunode_supervisor_info',
    type: 'gauge',
    help: 'Version and identifier of supervisord; always 1.',
    labels: ['version', 'identification'],
  },
  state: {
    name: 'gpunode_supervisor_state',
    type: 'gauge',
    help: 'State of supervisord itself: 1 for the current one.',
    labels: ['state'],
    values: { state: supervisorStates },
  },
  eventsSource: {
    name: 'gpunode_supervisor_events_source',
    type: 'gauge',
    help: 'Where starts and exits are counted from: main_log is exact, poll is a lower bound.',
    labels: ['program', 'source'],
    values: { source: eventSources },
  },
  expected: {
    name: 'gpunode_program_expected',
    type: 'gauge',
    help: 'A configured target, also while supervisord does not know it; always 1.',
    labels: ['program'],
  },
  programState: {
    name: 'gpunode_program_state',
    type: 'gauge',
    help: 'State of the program in supervisord: 1 for the current one.',
    labels: ['program', 'state'],
    values: { state: Object.values(programStates) },
  },
  programStateCode: {
    name: 'gpunode_program_state_code',
    type: 'gauge',
    help: "supervisord's code of the state: 0 STOPPED, 10 STARTING, 20 RUNNING, 30 BACKOFF, 40 STOPPING, 100 EXITED, 200 FATAL, 1000 UNKNOWN; absent if it does not know the program.",
    labels: ['program'],
  },
  startTime: {
    name: 'gpunode_program_start_time_seconds',
    type: 'gauge',
    help: 'Unix time of the newest start, in whole seconds as supervisord says.',
    labels: ['program'],
  },
  starts: {
    name: 'gpunode_program_starts_total',
    type: 'counter',
    help: 'Starts by what led to them: initial, requested by an operator, respawn after an exit nobody asked for, unknown if seen by polling only.',
    labels: ['program', 'trigger'],
    values: { trigger: triggers },
  },
  exits: {
    name: 'gpunode_program_exits_total',
    type: 'counter',
    help: 'Ends of runs and failed spawns by cause.',
    labels: ['program', 'cause'],
    values: { cause: exitCauses },
  },
  gaveUp: {
    name: 'gpunode_program_gave_up_total',
    type: 'counter',
    help: 'How often supervisord gave up starting the program (FATAL).',
    labels: ['program'],
  },
  lastExitCode: {
    name: 'gpunode_program_last_exit_code',
    type: 'gauge',
    help: 'Code of the last exit that nobody asked for; 128+N for signal N.',
    labels: ['program'],
  },
  lastExitTime: {
    name: 'gpunode_program_last_exit_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time of the last exit that nobody asked for.',
    labels: ['program'],
  },
  runDuration: {
    name: 'gpunode_program_run_duration_seconds',
    type: 'histogram',
    help: 'Lengths of completed runs.',
    labels: ['program'],
    buckets: runDurationBuckets,
  },
  shortRuns: {
    name: 'gpunode_program_short_runs_total',
    type: 'counter',
    help: 'Runs of at most one hour that ended unasked.',
    labels: ['program'],
  },
  shortRunSeconds: {
    name: 'gpunode_program_short_run_seconds_total',
    type: 'counter',
    help: 'Sum of the lengths of runs of at most one hour that ended unasked.',
    labels: ['program'],
  },
  shortRunSquares: {
    name: 'gpunode_program_short_run_seconds_squared_total',
    type: 'counter',
    help: 'Sum of the squared lengths of runs of at most one hour that ended unasked: with the sum it tells how regular they are.',
    labels: ['program'],
  },
  lastRun: {
    name: 'gpunode_program_last_run_seconds',
    type: 'gauge',
    help: 'Length of the last completed run.',
    labels: ['program'],
  },
} as const satisfies Record<string, MetricDefinition>;
