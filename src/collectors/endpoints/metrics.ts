import type { MetricDefinition } from '../../core/contract.ts';
import { endpointStates } from '../../sources/http-probe/types.ts';

const labels = ['target', 'program'] as const;

export const endpointMetrics = {
  up: {
    name: 'gpunode_endpoint_up',
    type: 'gauge',
    help: 'Whether the newest probe was answered as expected, by the program itself where that can be told.',
    labels,
  },
  state: {
    name: 'gpunode_endpoint_state',
    type: 'gauge',
    help: 'What the newest probe met: 1 for the current state. stranger: healthy, but answered by another process.',
    labels: [...labels, 'state'],
    values: { state: endpointStates },
  },
  statusCode: {
    name: 'gpunode_endpoint_status_code',
    type: 'gauge',
    help: 'HTTP status of the newest probe; absent without a response.',
    labels,
  },
  probeDuration: {
    name: 'gpunode_endpoint_probe_duration_seconds',
    type: 'histogram',
    help: 'Duration of probes, from the name lookup to the last byte or the error.',
    labels,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  probes: {
    name: 'gpunode_endpoint_probes_total',
    type: 'counter',
    help: 'Probes by result; every state but ok is a failure.',
    labels: [...labels, 'result'],
    values: { result: ['success', 'failure'] },
  },
  lastSuccess: {
    name: 'gpunode_endpoint_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Time of the newest successful probe since the exporter started.',
    labels,
  },
  slowThreshold: {
    name: 'gpunode_endpoint_slow_threshold_seconds',
    type: 'gauge',
    help: 'Configured mean probe duration above which the endpoint counts as slow.',
    labels,
  },
  loadingBudget: {
    name: 'gpunode_endpoint_loading_budget_seconds',
    type: 'gauge',
    help: 'Configured time that the server may take to load its model.',
    labels,
  },
  listeners: {
    name: 'gpunode_endpoint_listeners',
    type: 'gauge',
    help: 'Listening sockets on the port by owner: the program, another (an orphan, a stranger), or unknown. Absent for a port of another host.',
    labels: [...labels, 'owner'],
    values: { owner: ['program', 'other', 'unknown'] },
  },
} satisfies Record<string, MetricDefinition>;
