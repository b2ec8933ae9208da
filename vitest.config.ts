import { defineConfig } from 'vitest/config';

/** Tests that run many daemons, or writers that race with readers: one file at a time, or they would starve each other. */
const real = [
  'test/browser/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/collectors/endpoints/{listeners,scenarios}.test.ts',
  'test/collectors/gpu/process.test.ts',
  'test/sources/procfs/owners.test.ts',
  'test/sources/tail/{rotation-matrix,supervisord,logrotate,memory}.test.ts',
];
/** Tests that run one simulated node at a time, and mostly wait for it: two files at a time. */
const waiting = [
  'test/e2e/{gate,gpu,host-and-artifacts,logs,model-flicker,node,node-demo}.test.ts',
  'test/commands/check/real*.test.ts',
  'test/collectors/supervisor/real*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...real, ...waiting],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'waiting', include: waiting, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: { name: 'real', include: real, exclude: waiting, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
