import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'code-missing',
  summary:
    'the image was built without src/api: uvicorn cannot import the application and ends at once, until supervisord gives up',
  durationHint: '15s',
  prepare({ paths }) {
    rmSync(dirname(paths.apiCode), { recursive: true });
    const uvicorn = join(paths.bin, 'uvicorn');
    // What uvicorn says and does then.
    const line = 'ERROR:    Error loading ASGI app. Could not import module "src.api.main".';
    writeFileSync(uvicorn, `#!/bin/sh\necho '${line}' >&2\nexit 1\n`);
    chmodSync(uvicorn, 0o755);
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFatal', program: 'fastapi' }],
    tickets: [{ alert: 'GpuNodeCheckFailing' }],
    failingChecks: [
      { check: 'code_present' },
      { check: 'program_running', subject: 'fastapi' },
      { check: 'api_healthy' },
      { check: 'no_restart_loop', subject: 'fastapi' },
    ],
  },
};
