import { chmodSync, writeFileSync } from 'node:fs';
import { installFakeNvidiaSmi } from '../fake-nvidia-smi/install.ts';
import { pause, waitFor } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'gpu-memory-orphan',
  summary:
    'after 5 s the wrapper script of worker-gpu is killed: its child lives on with 5 GiB of GPU memory, beside the child of the new one',
  durationHint: '15s',
  prepare({ paths, programs }) {
    const { claims } = installFakeNvidiaSmi(paths.bin, `${paths.root}/gpu`);
    const { settings } = programs['worker-gpu'];
    // The command itself claims memory under its own pid; a wrapper waits for it.
    writeFileSync(`${paths.bin}/worker`, `#!/bin/sh\necho 5120 > '${claims}'/$$\nexec ${settings['command']}\n`);
    writeFileSync(`${paths.bin}/worker-wrapper`, `#!/bin/sh\n'${paths.bin}/worker'\nexit $?\n`);
    for (const name of ['worker', 'worker-wrapper']) chmodSync(`${paths.bin}/${name}`, 0o755);
    settings['command'] = `${paths.bin}/worker-wrapper`;
  },
  async run(node, signal) {
    const isRunning = async (): Promise<boolean> =>
      (await node.supervisorctl('status', 'worker-gpu')).output.includes('RUNNING');
    await waitFor('worker-gpu', isRunning, { signal });
    await pause(5_000, signal);
    const { output } = await node.supervisorctl('pid', 'worker-gpu');
    process.kill(Number(output), 'SIGKILL');
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeGpuMemoryOrphaned' }],
    failingChecks: [{ check: 'gpu_memory_owned' }],
  },
};
