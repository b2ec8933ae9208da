import { rmSync } from 'node:fs';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'model-missing',
  summary: 'the sync said success, but the model file is not there; start-llama.sh gives up every 7 s',
  durationHint: '30s',
  prepare({ paths }) {
    rmSync(paths.model);
  },
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
