import { z } from 'zod';
import { duration } from '../../core/duration.ts';
import { logClasses } from '../../sources/log-classes/types.ts';
import { compilePattern } from '../../sources/log-classes/user-classes.ts';
import type { UserClass } from '../../sources/log-classes/user-classes.ts';

export interface LogFileConfig {
  readonly program: string;
  readonly path: string;
}

export interface LogsConfig {
  readonly interval: number;
  readonly timeout: number;
  /** Empty: the programs' own logs, as supervisord reports them. */
  readonly files: readonly LogFileConfig[];
  readonly classes: readonly UserClass[];
}

const file = z.strictObject({
  program: z.string().min(1),
  path: z.string().regex(/^\//, 'expected an absolute path'),
});

const className = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected a name such as my_error: small letters, digits and underscores')
  .refine((name) => !(name in {}), 'expected another name')
  .refine((name) => !(logClasses as readonly string[]).includes(name), 'there is a class of this name already');

// An empty one would meet every line.
const pattern = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    try {
      compilePattern(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

export const logsConfigSchema: z.ZodType<LogsConfig> = z.strictObject({
  interval: duration('250ms'),
  timeout: duration('5s'),
  files: z.array(file).default([]).superRefine(refuseTwice('path')),
  classes: z
    .array(z.strictObject({ name: className, pattern }))
    .default([])
    .superRefine(refuseTwice('name')),
});

function refuseTwice<Key extends string>(key: Key) {
  return (entries: readonly Readonly<Record<Key, string>>[], context: z.RefinementCtx): void => {
    for (const [index, entry] of entries.entries()) {
      if (entries.findIndex((other) => other[key] === entry[key]) === index) continue;
      context.addIssue({ code: 'custom', path: [index, key], message: `${entry[key]} is there already` });
    }
  };
}
