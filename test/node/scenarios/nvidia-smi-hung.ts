import { fakeNvidiaSmiIn } from '../fake-nvidia-smi/install.ts';
import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'nvidia-smi-hung',
  summary: 'after 5 s the driver hangs: the next nvidia-smi never ends, whatever signal it is sent',
  durationHint: '90s',
  prepare({ config }) {
    // Its readings are old, and go, the sooner.
    Object.assign(config.gpu, { interval: '2s', timeout: '3s' });
  },
  async run({ paths }, signal) {
    await pause(5_000, signal);
    fakeNvidiaSmiIn(paths.gpu).set({ mode: 'unkillable' });
  },
  expected: {
    pages: [{ alert: 'GpuNodeNvidiaSmiStuck' }],
    tickets: [],
    failingChecks: [{ check: 'cuda_visible' }],
  },
};
