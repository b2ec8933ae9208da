import type { MetricDefinition } from '../../core/contract.ts';

export const logMetrics = {
  events: {
    name: 'gpunode_log_events_total',
    type: 'counter',
    help: 'Failures in the logs of the program, by class: one for each, however many lines it took to tell it (a traceback, a failed start, a failed activity). Restored after a restart, with what was logged in the meantime.',
    labels: ['program', 'class'],
  },
  lastEvent: {
    name: 'gpunode_log_last_event_timestamp_seconds',
    type: 'gauge',
    help: "Time of the newest event of the class: the line's own where it has one, else when it was read. Absent before the first.",
    labels: ['program', 'class'],
  },
  lines: {
    name: 'gpunode_log_lines_total',
    type: 'counter',
    help: 'Lines read from the logs of the program.',
    labels: ['program'],
  },
  bytes: {
    name: 'gpunode_log_bytes_total',
    type: 'counter',
    help: 'Bytes read from the logs of the program.',
    labels: ['program'],
  },
  lostBytes: {
    name: 'gpunode_log_lost_bytes_total',
    type: 'counter',
    help: 'Bytes that are known to have been written and could not be read: truncated in place or deleted too soon.',
    labels: ['program'],
  },
  readable: {
    name: 'gpunode_log_readable',
    type: 'gauge',
    help: '1 if every log of the program can be read, else 0. Absent before the program was started for the first time.',
    labels: ['program'],
  },
  lag: {
    name: 'gpunode_log_lag_bytes',
    type: 'gauge',
    help: 'Bytes written and not read yet.',
    labels: ['program'],
  },
  rotations: {
    name: 'gpunode_log_rotations_total',
    type: 'counter',
    help: 'Rotations of the logs of the program that were followed.',
    labels: ['program', 'kind'],
    values: { kind: ['renamed', 'truncated'] },
  },
} as const satisfies Record<string, MetricDefinition>;
