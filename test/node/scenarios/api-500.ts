import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'api-500',
  summary: '/health of fastapi answers 500, without a word in the log',
  durationHint: '10s',
  prepare({ programs }) {
    programs.fastapi.environment['STAND_IN_FAULT'] = 'health-500';
  },
  expected: {
    pages: [{ alert: 'GpuNodeEndpointDown', program: 'fastapi' }],
    tickets: [],
    failingChecks: [{ check: 'api_healthy' }],
  },
};
