import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are the floor of a CI machine; real daemons run beside the tests.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
  },
});
