import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'cuda-oom',
  summary: 'llama-server runs out of GPU memory 3 s into loading its model, again and again',
  durationHint: '20s',
  prepare({ programs }) {
    Object.assign(programs.llama.environment, { STAND_IN_FAULT: 'cuda-oom', STAND_IN_AFTER_SECONDS: '3' });
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFlapping', program: 'llama' }],
    tickets: [{ alert: 'GpuNodeCudaOutOfMemory', program: 'llama' }],
    failingChecks: [
      { check: 'no_oom', subject: 'llama' },
      { check: 'no_restart_loop', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'program_running', subject: 'llama', mayPass: true },
    ],
  },
};
