import { bytesInWords } from '../../core/words.ts';
import { factsFrom, missing } from '../known.ts';
import type { ChecklistItem } from '../types.ts';

export const hostHeadroom: ChecklistItem = {
  section: 'resource_sanity',
  check: 'memory_headroom',
  subject: 'host',
  passesWhen: 'the available part of its memory, or of its cgroup’s limit where that is lower, is above the floor.',
  runbook: 'GpuNodeMemoryLow',
  needs: ['host'],
  subjects: () => ['host'],
  judge(_subject, node) {
    const command = 'free -h';
    const memory = factsFrom(node, 'host')?.memory;
    if (memory?.availableBytes === undefined) return missing(node, 'host', command, 'the memory could not be read');
    const { availableBytes, limitBytes, limitedBy } = memory;
    const ratio = limitBytes === 0 ? 0 : availableBytes / limitBytes;
    const limit = `${bytesInWords(limitBytes)}${limitedBy === 'cgroup' ? ' (limit of the cgroup)' : ''}`;
    const evidence = `${bytesInWords(availableBytes)} of ${limit} available (${Math.round(100 * ratio)} %)`;
    return { status: ratio > node.config.checklist.memory_floor_ratio ? 'pass' : 'fail', evidence, command };
  },
};
