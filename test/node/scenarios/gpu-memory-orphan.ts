import { chmodSync, writeFileSync } from 'node:fs';
import { pause, waitFor } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'gpu-memory-orphan',
  summary:
    'after 5 s the wrapper script of worker-gpu is killed: its child lives on with 5 GiB of GPU memory, beside the child of the new one',
  durationHint: '15s',
  prepare({ paths, programs, config }) {
    config.gpu.interval = '2s';
    const { settings } = programs['worker-gpu'];
    // The wrapper waits for the worker, and supervisord knows only the wrapper.
    writeFileSync(`${paths.bin}/worker-wrapper`, `#!/bin/sh\n${settings['command']}\nexit $?\n`);
    chmodSync(`${paths.bin}/worker-wrapper`, 0o755);
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
