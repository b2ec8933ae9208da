import { z } from 'zod';
import { checklistConfigSchema } from '../checklist/config.ts';
import type { ChecklistConfig } from '../checklist/config.ts';
import type { CollectorTiming } from '../core/contract.ts';
import { collectors } from '../collectors/index.ts';
import type { AnyModule } from '../collectors/index.ts';

/** The whole configuration, complete after parsing: durations in milliseconds, every default filled in. */
export interface Config {
  /** Undefined: nothing is kept. */
  readonly state_dir: string | undefined;
  readonly programs: readonly string[];
  readonly checklist: ChecklistConfig;
  /** Each collector's section, under its name. */
  readonly [section: string]: unknown;
}

/** Sections of the file: what may be left empty, for each of their keys has a default. */
export const sectionNames: readonly string[] = [...collectors.map(({ name }) => name), 'checklist'];

/** The strict schema of the configuration file, put together from the sections of the collectors. */
export const configSchema: z.ZodType<Config> = buildSchema();

/** A collector's own section, as its schema made it. */
export function sectionOf(config: Config, { name }: Pick<AnyModule, 'name'>): CollectorTiming {
  return config[name] as CollectorTiming;
}

function buildSchema(): z.ZodType<Config> {
  const sections = collectors.map(({ name, configSchema }) => [name, configSchema.prefault({} as never)] as const);
  return z.strictObject({
    state_dir: z
      .string()
      .min(1)
      .default('/var/lib/gpunode-exporter')
      .transform((directory) => (directory === 'none' ? undefined : directory)),
    programs: z
      .preprocess(listOfAll, z.array(programName()).min(1).superRefine(refuseRepeats))
      .default(['fastapi', 'worker-gpu', 'llama']),
    ...Object.fromEntries(sections),
    checklist: checklistConfigSchema.prefault({} as never),
  });
}

/** `programs: all` reads as what it says. */
function listOfAll(programs: unknown): unknown {
  return programs === 'all' ? ['all'] : programs;
}

function programName(): z.ZodType<string> {
  return z.string().regex(/^\S+$/, 'expected the name of a program or group as supervisorctl prints it');
}

function refuseRepeats(names: readonly string[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) {
      context.addIssue({ code: 'custom', path: [index], message: `expected each name once, ${name} is listed again` });
    }
    seen.add(name);
  }
}
