import { rename } from 'node:fs/promises';
import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'model-flicker',
  summary: 'the model file vanishes for 2 s and comes back, over and over; llama has it open and serves on',
  durationHint: '30s',
  async run({ paths }, signal) {
    const away = `${paths.workspace}/away.gguf`;
    while (!signal.aborted) {
      await pause(4_000, signal);
      await rename(paths.model, away);
      await pause(2_000, signal);
      await rename(away, paths.model);
    }
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeModelVisibilityAnomaly', program: 'llama' }],
    failingChecks: [
      { check: 'file_visible', subject: 'llama' },
      { check: 'file_regular_readable', subject: 'llama', mayPass: true },
      { check: 'size_stable', subject: 'llama', mayPass: true },
      { check: 'file_complete', subject: 'llama', mayPass: true },
    ],
  },
};
