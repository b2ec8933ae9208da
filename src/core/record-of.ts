import { z } from 'zod';

/** Values by names from outside: a record of zod's own loses the one whose name is `__proto__`. */
export function recordOf<T>(value: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> {
  return z.preprocess(entriesOf, z.array(z.tuple([z.string(), value])).transform(fromEntries<T>));
}

function entriesOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : undefined;
}

function fromEntries<T>(entries: [string, T][]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}
