import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'whisper-cpu',
  summary: 'Whisper loads on the CPU, ten times slower, and says so in one warning at start',
  durationHint: '10s',
  prepare({ programs }) {
    programs['worker-gpu'].environment['STAND_IN_FAULT'] = 'cpu-fallback';
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeWhisperOnCpu', program: 'worker-gpu' }],
    failingChecks: [{ check: 'whisper_on_gpu' }],
  },
};
