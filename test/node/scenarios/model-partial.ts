import { appendFile, writeFile } from 'node:fs/promises';
import { tinyGguf } from '../gguf.ts';
import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

const model = tinyGguf(1_000_000);
const step = model.length / 20;

export const scenario: Scenario = {
  name: 'model-partial',
  summary:
    'a sync writes the model in place: half there at the start, it grows for 12 s, stalls for 15 s, grows on and is complete; llama does not wait for that',
  durationHint: '50s',
  async prepare({ paths }) {
    await writeFile(paths.model, model.subarray(0, 10 * step));
  },
  async run({ paths, supervisorctl }, signal) {
    for (let written = 10; written < 20 && !signal.aborted; written += 1) {
      await pause(written === 16 ? 15_000 : 2_000, signal);
      await appendFile(paths.model, model.subarray(written * step, (written + 1) * step));
    }
    // As the runbook has it: once the size is stable, llama alone.
    await pause(5_000, signal);
    await supervisorctl('restart', 'llama');
  },
  expected: {
    pages: [{ alert: 'GpuNodeModelIncomplete', program: 'llama' }],
    tickets: [],
    failingChecks: [
      { check: 'file_complete', subject: 'llama' },
      { check: 'llama_healthy' },
      { check: 'no_restart_loop', subject: 'llama' },
      { check: 'size_stable', subject: 'llama', mayPass: true },
      { check: 'program_running', subject: 'llama', mayPass: true },
    ],
  },
};
