import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'exit-zero-loop',
  summary: 'worker-gpu ends in perfect order every 3 s, which supervisord calls expected, and is started again',
  durationHint: '15s',
  prepare({ programs }) {
    Object.assign(programs['worker-gpu'].environment, { STAND_IN_FAULT: 'exits-zero', STAND_IN_AFTER_SECONDS: '3' });
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFlapping', program: 'worker-gpu' }],
    tickets: [],
    failingChecks: [
      { check: 'no_restart_loop', subject: 'worker-gpu' },
      { check: 'program_running', subject: 'worker-gpu', mayPass: true },
    ],
  },
};
