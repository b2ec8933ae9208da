import { failureReasons } from './contract.ts';
import type { MetricDefinition } from './contract.ts';

/** What the exporter says of itself, whatever its sources do. */
export const selfMetrics = {
  buildInfo: {
    name: 'gpunode_exporter_build_info',
    type: 'gauge',
    help: 'Always 1; version of the exporter and of the Node.js that runs it.',
    labels: ['version', 'node_version'],
  },
  stateRestored: {
    name: 'gpunode_exporter_state_restored',
    type: 'gauge',
    help: '1 if counters and positions of an earlier run were taken over at start, 0 if counting began anew.',
    labels: [],
  },
  stateSaved: {
    name: 'gpunode_exporter_state_saved',
    type: 'gauge',
    help: '1 if the newest counters are on disk; 0 if saving failed, took longer than 2 s or is switched off.',
    labels: [],
  },
  agentStuckSeconds: {
    name: 'gpunode_exporter_agent_stuck_seconds',
    type: 'gauge',
    help: 'Age of the oldest file system call that is past its deadline and has not returned; 0 if there is none.',
    labels: [],
  },
  collectorSuccess: {
    name: 'gpunode_collector_success',
    type: 'gauge',
    help: '1 if the newest round of the collector had something to report; absent before its first round.',
    labels: ['collector'],
  },
  collectorDuration: {
    name: 'gpunode_collector_duration_seconds',
    type: 'gauge',
    help: 'How long the newest round of the collector took.',
    labels: ['collector'],
  },
  collectorLastSuccess: {
    name: 'gpunode_collector_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time of the newest successful round; absent before the first one.',
    labels: ['collector'],
  },
  collectorFailures: {
    name: 'gpunode_collector_failures_total',
    type: 'counter',
    help: 'Failed rounds of the collector by reason; the log has the text.',
    labels: ['collector', 'reason'],
    values: { reason: failureReasons },
  },
} as const satisfies Record<string, MetricDefinition>;
