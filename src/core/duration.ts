import { z } from 'zod';

/**
 * A duration in a config section: Prometheus' syntax in YAML, milliseconds after parsing.
 * `duration('5s')` has that default; `duration()` is required.
 */
export function duration(defaultText?: string): z.ZodType<number> {
  const schema = z.unknown().transform((value, context) => {
    try {
      const ms = parseDuration(value);
      if (ms <= maxTimerMs) return ms;
      context.addIssue({ code: 'custom', message: 'expected at most 24d' });
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
    return z.NEVER;
  });
  durationSchemas.add(schema);
  return defaultText === undefined ? schema : schema.default(parseDuration(defaultText));
}

/** Node's timers take what lies beyond 31 bits for no time at all: an interval of a year would be none. */
export const maxTimerMs = 24 * 86_400_000;

/** True for the schema that `duration` made: its value is milliseconds and reads best as a duration. */
export function isDurationSchema(schema: z.ZodType): boolean {
  return durationSchemas.has(schema);
}

const durationSchemas = new WeakSet<z.ZodType>();

// https://prometheus.io/docs/prometheus/latest/configuration/configuration/ <duration>: units once each, largest first.
const pattern = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const unitMs = [365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1];

/** Milliseconds of `1h30m`, `250ms`, …; throws an Error that says what was expected. Zero and unitless are refused. */
export function parseDuration(value: unknown): number {
  const match = typeof value === 'string' && value !== '' ? pattern.exec(value) : null;
  const ms = match ? unitMs.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0) : Number.NaN;
  if (!Number.isSafeInteger(ms) || ms <= 0) {
    throw new Error(`expected a duration${ms === 0 ? ' above zero,' : ''} such as 500ms, 5s, 10m or 1h30m`);
  }
  return ms;
}

/** `420000` → `7m`, the way Prometheus writes durations. */
export function formatDuration(ms: number): string {
  const names = ['y', 'w', 'd', 'h', 'm', 's', 'ms'];
  let rest = Math.max(0, Math.round(ms));
  let text = '';
  for (const [index, unit] of unitMs.entries()) {
    // Prometheus prints no years or weeks unless they divide evenly; days are clear enough.
    if (index < 2) continue;
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${count}${names[index]}`;
  }
  return text === '' ? '0s' : text;
}
