import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { prepareSync, sync } from '../slow-sync.ts';

const startScript = fileURLToPath(new URL('../../../deploy/supervisor/start-llama.sh', import.meta.url));
const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export const scenario: Scenario = {
  name: 'gate',
  summary: 'the model comes 30 s late and in pieces; the start script waits at the gate, and llama starts once',
  durationHint: '60s',
  prepare({ paths, programs }) {
    prepareSync(paths);
    const exporter = join(paths.bin, 'gpunode-exporter');
    writeFileSync(exporter, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    chmodSync(exporter, 0o755);
    programs.llama.settings['command'] = startScript;
    Object.assign(programs.llama.environment, {
      MODEL: paths.model,
      LLAMA_SERVER: join(paths.app, 'llama-server'),
      LLAMA_WAIT_SECONDS: '600',
    });
  },
  run: ({ paths }, signal) => sync(paths, signal),
  // Until the model is complete: GpuNodeModelMissing, then GpuNodeModelIncomplete.
  expected: quiet,
};
