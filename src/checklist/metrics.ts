import type { MetricDefinition } from '../core/contract.ts';
import { sections, statuses } from './types.ts';

export const checklistMetrics = {
  status: {
    name: 'gpunode_check_status',
    type: 'gauge',
    help: 'Verdict of one item of the validation checklist: 1 for its status, 0 for the others; unknown is not healthy.',
    labels: ['section', 'check', 'subject', 'status'],
    values: { section: sections, status: statuses },
  },
  lastChange: {
    name: 'gpunode_check_last_change_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time since when the item has had its status, as far as this exporter has seen.',
    labels: ['section', 'check', 'subject'],
    values: { section: sections },
  },
} as const satisfies Record<string, MetricDefinition>;
