import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'crash-loop',
  summary: 'fastapi fails to import a module 2.5 s after each start, before it binds its port',
  durationHint: '15s',
  prepare({ programs }) {
    Object.assign(programs.fastapi.environment, { STAND_IN_FAULT: 'import-error', STAND_IN_AFTER_SECONDS: '2.5' });
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFlapping', program: 'fastapi' }],
    tickets: [],
    failingChecks: [
      { check: 'no_restart_loop', subject: 'fastapi' },
      { check: 'api_healthy' },
      { check: 'program_running', subject: 'fastapi', mayPass: true },
    ],
  },
};
