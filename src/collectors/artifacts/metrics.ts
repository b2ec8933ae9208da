import type { MetricDefinition } from '../../core/contract.ts';

export const metrics = {
  pathPresent: {
    name: 'gpunode_path_present',
    type: 'gauge',
    help: '1 if the path exists: configured paths, and the executables and code that the programs need to start.',
    labels: ['path'],
  },
  binaryRunnable: {
    name: 'gpunode_binary_runnable',
    type: 'gauge',
    help: '1 if the binary, as its program would find it, is a complete executable for this machine.',
    labels: ['binary', 'program'],
  },
  binaryMissingLibraries: {
    name: 'gpunode_binary_missing_libraries',
    type: 'gauge',
    help: "Shared libraries that the dynamic loader would not find, or find too old, with the program's library path.",
    labels: ['binary', 'program'],
  },
  programTimeout: {
    name: 'gpunode_program_timeout_seconds',
    type: 'gauge',
    help: 'Known waits of a program: startsecs of supervisord, and configured variables of start scripts as they take effect.',
    labels: ['program', 'timeout'],
  },
} as const satisfies Record<string, MetricDefinition>;
