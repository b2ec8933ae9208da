import { z } from 'zod';
import { duration } from '../core/duration.ts';

export interface ChecklistConfig {
  /** How far back events count, in milliseconds. */
  readonly window: number;
  /** Less than this part of memory left is too little. */
  readonly memory_floor_ratio: number;
}

export const checklistConfigSchema: z.ZodType<ChecklistConfig> = z.strictObject({
  // The history keeps a day.
  window: duration('1h').refine((ms) => ms <= 24 * 3_600_000, 'expected at most 24h'),
  memory_floor_ratio: z.number().gt(0).lt(1).default(0.05),
});
