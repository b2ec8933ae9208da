import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'llama-flap',
  summary: 'start-llama.sh waits for a model at another path than the one that is there, and gives up every 7 s',
  durationHint: '30s',
  prepare({ paths, programs }) {
    programs.llama.environment['MODEL'] = `${paths.workspace}/models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf`;
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFlapping', program: 'llama' }],
    tickets: [],
    failingChecks: [
      { check: 'no_restart_loop', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'program_running', subject: 'llama', mayPass: true },
    ],
  },
};
