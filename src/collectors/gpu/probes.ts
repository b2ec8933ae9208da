import type { Sample } from '../../core/contract.ts';
import type { ExecResult, Host } from '../../core/host.ts';
import { sample } from '../../core/samples.ts';
import type { CudaProbeConfig } from './config.ts';
import { gpuMetrics } from './metrics.ts';
import type { Notes } from './notes.ts';

export interface CudaAnswer {
  readonly probe: string;
  readonly program: string;
  /** Undefined: not known (yet). */
  readonly available: boolean | undefined;
  /** It is running. */
  readonly asking: boolean;
}

/** Commands that try CUDA from inside a program's environment, each on its own slow clock, beside the rounds. */
export interface CudaProbes {
  /** Starts those that are due and returns at once. */
  start(): void;
  answers(): readonly CudaAnswer[];
  samples(): Sample[];
  /** Ends those that run. */
  close(): void;
}

const maxOutputBytes = 64 * 1024;

export function createCudaProbes(
  { exec, clock }: Pick<Host, 'exec' | 'clock'>,
  notes: Notes,
  configs: readonly CudaProbeConfig[],
): CudaProbes {
  const closing = new AbortController();
  const probes = configs.map((config) => ({ config, running: false, dueMs: -Infinity, answer: undefined as Answer }));

  async function run(probe: (typeof probes)[number]): Promise<void> {
    const { name, command, timeout } = probe.config;
    const result = await exec(command, { timeoutMs: timeout, signal: closing.signal, maxOutputBytes });
    const available = verdictOf(result);
    probe.answer = available === undefined ? undefined : { available, atMs: clock.monotonicMs() };
    notes.warn(`probe ${name}`, available === undefined ? `probe ${name} gave no answer: ${whyNot(result)}` : '');
    await result.exited;
    probe.running = false;
  }

  function answers(): CudaAnswer[] {
    return probes.map(({ config, answer, running }) => {
      const fresh = answer && clock.monotonicMs() - answer.atMs <= 3 * config.interval + config.timeout;
      const available = fresh ? answer.available : undefined;
      return { probe: config.name, program: config.program, available, asking: running };
    });
  }

  return {
    start(): void {
      for (const probe of probes) {
        if (probe.running || clock.monotonicMs() < probe.dueMs) continue;
        probe.running = true;
        probe.dueMs = clock.monotonicMs() + probe.config.interval;
        void run(probe);
      }
    },
    answers,
    samples: () =>
      answers().flatMap(({ probe, program, available }) =>
        available === undefined ? [] : [sample(gpuMetrics.cudaAvailable, { probe, program }, available)],
      ),
    close: () => closing.abort(),
  };
}

type Answer = { readonly available: boolean; readonly atMs: number } | undefined;

// `print(torch.cuda.is_available())` ends with 0 whatever it prints. 126 and 127: a shell did not find the command.
function verdictOf({ exitCode, stdout, timedOut }: ExecResult): boolean | undefined {
  if (timedOut || exitCode === undefined || exitCode === 126 || exitCode === 127) return undefined;
  return exitCode === 0 && !/^(?:false|0)$/i.test(stdout.trim().split('\n').at(-1)?.trim() ?? '');
}

function whyNot({ timedOut, spawnError, signal, exitCode }: ExecResult): string {
  if (timedOut) return 'it took too long';
  return spawnError?.message ?? (signal === undefined ? `it ended with ${exitCode}` : `it was ended by ${signal}`);
}
