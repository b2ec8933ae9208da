import { z } from 'zod';
import type { CollectorTiming } from '../../core/contract.ts';
import { duration } from '../../core/duration.ts';

export interface CudaProbeConfig {
  readonly name: string;
  /** Whose CUDA it looks at: the label, nothing more. */
  readonly program: string;
  readonly command: readonly [string, ...string[]];
  readonly interval: number;
  readonly timeout: number;
}

export interface GpuConfig extends CollectorTiming {
  /** nvidia-smi, with arguments that come before ours. */
  readonly command: readonly [string, ...string[]];
  /** `auto`: as many cards as were ever seen at once, and not fewer than the machine itself shows. */
  readonly expected_count: 'auto' | number;
  readonly probes: readonly CudaProbeConfig[];
}

const command = z.tuple([z.string().min(1)], z.string());

const probe = z.strictObject({
  name: z.string().min(1),
  program: z.string().min(1),
  command,
  interval: duration('10m'),
  timeout: duration('60s'),
});

export const gpuConfigSchema: z.ZodType<GpuConfig> = z.strictObject({
  interval: duration('15s'),
  timeout: duration('10s'),
  command: command.default(['nvidia-smi']),
  expected_count: z
    .union([z.literal('auto'), z.int().min(0).max(1024)], { error: 'expected auto or a number of cards' })
    .default('auto'),
  probes: z.array(probe).default([]).superRefine(refuseRepeats),
});

function refuseRepeats(probes: readonly CudaProbeConfig[], context: z.RefinementCtx): void {
  const names = probes.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `expected each name once, ${name} is there twice`,
      });
    }
  }
}
