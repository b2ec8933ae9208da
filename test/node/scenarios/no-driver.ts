import { installFakeNvidiaSmi } from '../fake-nvidia-smi/install.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'no-driver',
  summary: 'one card is configured, but the driver is not loaded: nvidia-smi ends with 9',
  durationHint: '10s',
  prepare({ paths, config }) {
    installFakeNvidiaSmi(paths.bin, paths.gpu, { mode: 'no-driver' });
    Object.assign(config.gpu, { expected_count: 1 });
  },
  expected: {
    pages: [{ alert: 'GpuNodeGpuMissing' }],
    tickets: [{ alert: 'GpuNodeCheckFailing' }],
    failingChecks: [{ check: 'cuda_visible' }],
  },
};
