import { rmSync } from 'node:fs';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'mount-missing',
  summary: 'the model directory must be a mount and is an empty folder; start-llama.sh gives up every 7 s',
  durationHint: '30s',
  prepare({ paths, config }) {
    rmSync(paths.model);
    Object.assign(config.host, {
      filesystems: [
        { path: paths.workspace, require_mount: false },
        { path: paths.llmDirectory, require_mount: true },
      ],
    });
  },
  expected: {
    pages: [{ alert: 'GpuNodeMountMissing' }],
    tickets: [],
    failingChecks: [
      { check: 'mounted' },
      { check: 'file_regular_readable', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'no_restart_loop', subject: 'llama' },
      { check: 'program_running', subject: 'llama', mayPass: true },
    ],
  },
};
