import type { MetricDefinition } from '../../core/contract.ts';

const labels = ['program'] as const;

export const resourceMetrics = {
  memory: {
    name: 'gpunode_program_memory_bytes',
    type: 'gauge',
    help: 'Memory of all processes of the program, children of wrapper scripts included: proportional set size (PSS) where it can be read cheaply, else resident set size (RSS). Absent without a process.',
    labels,
  },
  cpu: {
    name: 'gpunode_program_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time that the processes of the program, and the children they waited for, have used since the exporter started.',
    labels,
  },
  openFds: {
    name: 'gpunode_program_open_fds',
    type: 'gauge',
    help: 'Open file descriptors of all processes of the program; absent when one of them may not be looked at.',
    labels,
  },
  processes: {
    name: 'gpunode_program_processes',
    type: 'gauge',
    help: 'Processes of the program, without zombies; absent when they are not visible from here.',
    labels,
  },
} satisfies Record<string, MetricDefinition>;
