import type { MetricDefinition } from '../../core/contract.ts';

export const metrics = {
  memoryLimit: {
    name: 'gpunode_memory_limit_bytes',
    type: 'gauge',
    help: "Memory that the node's programs can have: the machine's, or a lower limit of their cgroup.",
    labels: [],
  },
  memoryAvailable: {
    name: 'gpunode_memory_available_bytes',
    type: 'gauge',
    help: 'Memory that is left without swapping, on the machine and below every cgroup limit.',
    labels: [],
  },
  swapTotal: {
    name: 'gpunode_swap_total_bytes',
    type: 'gauge',
    help: "Swap that the node's programs can have: the machine's, or a lower limit of their cgroup.",
    labels: [],
  },
  swapUsed: {
    name: 'gpunode_swap_used_bytes',
    type: 'gauge',
    help: 'Swap in use, of the machine or, where its limit is lower, of the cgroup.',
    labels: [],
  },
  filesystemSize: {
    name: 'gpunode_filesystem_size_bytes',
    type: 'gauge',
    help: 'Size of the file system that a configured path lies on.',
    labels: ['mountpoint'],
  },
  filesystemAvailable: {
    name: 'gpunode_filesystem_available_bytes',
    type: 'gauge',
    help: 'Space that unprivileged users may still write there.',
    labels: ['mountpoint'],
  },
  filesystemReadOnly: {
    name: 'gpunode_filesystem_read_only',
    type: 'gauge',
    help: '1 if the path is mounted read-only.',
    labels: ['mountpoint'],
  },
  filesystemMounted: {
    name: 'gpunode_filesystem_mounted',
    type: 'gauge',
    help: '1 if a file system is mounted at this very path and answers; only for paths with require_mount.',
    labels: ['mountpoint'],
  },
  oomKills: {
    name: 'gpunode_oom_kills_total',
    type: 'counter',
    help: "Processes killed by the kernel's OOM killer: on the whole host, and in the cgroups of the node's programs.",
    labels: ['scope'],
    values: { scope: ['host', 'cgroup'] },
  },
} as const satisfies Record<string, MetricDefinition>;
