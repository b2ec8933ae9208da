import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'llama-loading-forever',
  summary: 'llama-server answers 503 "Loading model" and never gets further; its budget here is 10 s',
  durationHint: '30s',
  prepare({ programs }) {
    programs.llama.environment['STAND_IN_FAULT'] = 'loads-forever';
  },
  expected: {
    pages: [{ alert: 'GpuNodeModelLoadingTooLong', program: 'llama' }],
    tickets: [],
    failingChecks: [{ check: 'llama_healthy' }],
  },
};
