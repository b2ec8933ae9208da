/** Failures one after the other on a node that runs: what happens, what must fail then, and how an operator repairs it. */
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeNvidiaSmiIn } from './fake-nvidia-smi/install.ts';
import { pause, waitFor } from './poll.ts';
import type { SimulatedNode } from './start.ts';

export interface TourStep {
  readonly title: string;
  /** Failing items as `CHECK{SUBJECT}`, sorted; the card is `GPU`. */
  readonly failing: readonly string[];
  begin(node: SimulatedNode, signal: AbortSignal): Promise<void>;
  repair(node: SimulatedNode, signal: AbortSignal): Promise<void>;
}

export const tourSteps: readonly TourStep[] = [
  {
    title: 'llama is killed over and over, until somebody restarts it',
    failing: ['no_restart_loop{llama}'],
    async begin(node, signal) {
      for (let kill = 0; kill < 3 && !signal.aborted; kill += 1) {
        const pid = await pidOf(node, 'llama', signal);
        process.kill(pid, 'SIGKILL');
        await waitFor('the next llama', async () => (await pidOf(node, 'llama', signal)) !== pid, { signal });
      }
    },
    repair: (node) => restart(node, 'llama'),
  },
  {
    title: 'the card is lost, until the driver has it again',
    failing: ['gpu_ok{GPU}'],
    begin: ({ paths }) =>
      Promise.resolve(fakeNvidiaSmiIn(paths.gpu).set({ mode: 'lost-card', lostCard: 0, lostAs: 'tokens' })),
    repair: ({ paths }) => Promise.resolve(fakeNvidiaSmiIn(paths.gpu).set({})),
  },
  {
    title: 'a second sync cuts the model that llama serves, and completes it later',
    failing: ['file_complete{llama}', 'size_stable{llama}'],
    async begin({ paths }) {
      const whole = await readFile(paths.model);
      await writeFile(copyOf(paths), whole);
      await truncate(paths.model, Math.floor(whole.length * 0.6));
    },
    async repair(node) {
      await writeFile(node.paths.model, await readFile(copyOf(node.paths)));
      await restart(node, 'llama');
    },
  },
  {
    title: 'the API hangs',
    failing: ['api_healthy{compute-api}'],
    begin: async (node, signal) => void process.kill(await pidOf(node, 'fastapi', signal), 'SIGSTOP'),
    repair: async (node, signal) => void process.kill(await pidOf(node, 'fastapi', signal), 'SIGCONT'),
  },
  {
    title: 'supervisord freezes',
    failing: ['supervisor_answers{node}'],
    begin: (node) => Promise.resolve(node.signalSupervisord('SIGSTOP')),
    repair: (node) => Promise.resolve(node.signalSupervisord('SIGCONT')),
  },
  {
    title: 'Whisper falls back to the CPU, until the worker is restarted',
    failing: ['whisper_on_gpu{worker-gpu}'],
    begin: ({ paths }) => appendFile(join(paths.logs, 'worker-gpu.err'), cpuFallback),
    repair: (node) => restart(node, 'worker-gpu'),
  },
];

/** Every step: `holdMs` to see it fail, as long again to see it pass. */
export async function runTour(node: SimulatedNode, signal: AbortSignal, holdMs: number): Promise<void> {
  for (const step of tourSteps) {
    await pause(holdMs, signal);
    if (signal.aborted) return;
    await step.begin(node, signal);
    await pause(holdMs, signal);
    if (signal.aborted) return;
    await step.repair(node, signal);
  }
}

// CTranslate2's own words; without a time of its own the line counts when it is read.
const cpuFallback =
  '[ctranslate2] [thread 4711] [warning] The compute type inferred from the saved model is float16, but the target device or backend do not support efficient float16 computation. The model weights have been automatically converted to use the float32 compute type instead.\n';

function copyOf({ root }: SimulatedNode['paths']): string {
  return join(root, 'whole.gguf');
}

async function restart(node: SimulatedNode, program: string): Promise<void> {
  await node.supervisorctl('restart', program);
}

/** The process of a program that runs, waited for. */
function pidOf(node: SimulatedNode, program: string, signal: AbortSignal): Promise<number> {
  return waitFor(
    `a process of ${program}`,
    async () => {
      const pid = Number((await node.supervisorctl('pid', program)).output);
      return pid > 0 && pid;
    },
    { signal },
  );
}
