import { stringify } from 'yaml';
import { z } from 'zod';
import { formatDuration, isDurationSchema } from '../core/duration.ts';
import { isSecretKey, maskAddress } from './secrets.ts';
import { configSchema } from './schema.ts';
import type { Config } from './schema.ts';
import { unwrap } from './shape.ts';

/** The effective configuration as YAML that can be loaded again: durations in their own units, secrets masked. */
export function printConfig(config: Config): string {
  const shown = toText(config, configSchema) as Record<string, unknown>;
  return stringify({ state_dir: 'none', ...shown }, { lineWidth: 0 });
}

function toText(value: unknown, schema: z.ZodType | undefined): unknown {
  const inner = schema && unwrap(schema);
  if (inner && isDurationSchema(inner) && typeof value === 'number') return formatDuration(value);
  if (Array.isArray(value)) {
    const element = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
    return value.map((each) => toText(each, element));
  }
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? maskAddress(value) : value;
  const shape = inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, isSecretKey(key) ? '<secret>' : toText(each, shape[key])]),
  );
}
