import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.ts';

const captures = fileURLToPath(new URL('../../captures/elf/', import.meta.url));

export const scenario: Scenario = {
  name: 'binary-missing-library',
  summary:
    'llama-server is a real program, one of whose libraries needs the driver’s libcuda.so.1, which was not mounted',
  durationHint: '15s',
  prepare({ paths }) {
    rmSync(join(paths.app, 'llama-server'));
    copyFileSync(join(captures, 'server-runpath'), join(paths.app, 'llama-server'));
    for (const library of ['libllama.so', 'libggml.so'])
      copyFileSync(join(captures, library), join(paths.app, library));
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFatal', program: 'llama' }],
    tickets: [{ alert: 'GpuNodeCheckFailing' }],
    failingChecks: [
      { check: 'binary_valid' },
      { check: 'program_running', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'no_restart_loop', subject: 'llama' },
    ],
  },
};
