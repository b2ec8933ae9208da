import { stat, truncate } from 'node:fs/promises';
import { pause, waitForOk } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'model-truncated-while-served',
  summary:
    'a second sync cuts the model file that llama-server has mapped; it still answers, and would not start again',
  durationHint: '20s',
  async run({ paths, ports }, signal) {
    const health = `http://127.0.0.1:${ports.llama}/health`;
    await waitForOk(health, { signal });
    await pause(5_000, signal);
    const { size } = await stat(paths.model);
    await truncate(paths.model, Math.floor(size * 0.6));
  },
  expected: {
    pages: [{ alert: 'GpuNodeModelIncomplete', program: 'llama' }],
    tickets: [],
    failingChecks: [
      { check: 'file_complete', subject: 'llama' },
      { check: 'size_stable', subject: 'llama' },
    ],
  },
};
