import { fakeNvidiaSmiIn } from '../fake-nvidia-smi/install.ts';
import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'gpu-lost',
  summary: 'after 5 s the card is lost: nvidia-smi still lists it, and says [GPU is lost] in place of every reading',
  durationHint: '15s',
  prepare({ config }) {
    config.gpu.interval = '2s';
  },
  async run({ paths }, signal) {
    await pause(5_000, signal);
    fakeNvidiaSmiIn(paths.gpu).set({ mode: 'lost-card', lostCard: 0, lostAs: 'tokens' });
  },
  expected: {
    pages: [{ alert: 'GpuNodeGpuUnreadable' }],
    tickets: [],
    failingChecks: [{ check: 'gpu_ok' }],
  },
};
