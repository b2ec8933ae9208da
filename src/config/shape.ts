import { z } from 'zod';
import { isDurationSchema } from '../core/duration.ts';

/** The keys that a schema knows at a path of a document; undefined where any key will do, or none. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] | undefined {
  let below: z.ZodType | undefined = schema;
  for (const part of path) below = below && child(unwrap(below), part);
  const inner = below && unwrap(below);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : undefined;
}

/** The schema below defaults, optionals and transformations, where its shape is. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (isDurationSchema(schema)) return schema;
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const next = innerType ?? input;
  return next === undefined ? schema : unwrap(next);
}

function child(schema: z.ZodType, part: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, z.ZodType>)[part];
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}
