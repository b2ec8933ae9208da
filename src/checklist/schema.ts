import { z } from 'zod';
import { reportSchema } from './report.ts';

/** JSON Schema of the report, for whoever reads it elsewhere. Keys may be added; they are not renamed. */
export function reportJsonSchema(): Record<string, unknown> {
  return {
    title: 'Validation checklist of a GPU inference node',
    ...z.toJSONSchema(reportSchema, {
      io: 'input',
      override({ jsonSchema }) {
        // The format says it all.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    }),
  };
}
