import type { Scenario } from '../scenario.ts';
import { prepareSync, sync } from '../slow-sync.ts';

export const scenario: Scenario = {
  name: 'gate-off',
  summary: 'the same late model without the gate: start-llama.sh gives up every 7 s, then llama loads a part of it',
  durationHint: '60s',
  prepare({ paths }) {
    prepareSync(paths);
  },
  run: ({ paths }, signal) => sync(paths, signal),
  // While the model is missing.
  expected: {
    pages: [{ alert: 'GpuNodeModelMissing', program: 'llama' }],
    tickets: [],
    failingChecks: [
      { check: 'file_regular_readable', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'no_restart_loop', subject: 'llama' },
      { check: 'program_running', subject: 'llama', mayPass: true },
    ],
  },
};
