/**
 * The shipped rules and the Alertmanager configuration, faster: every duration in them divided by `factor`, so that a
 * demo shows in minutes what takes hours. Thresholds stay. What counts as a duration:
 * - a range: `[1h]`
 * - a setting: `for: 5m`, `keep_firing_for`, `group_wait` and the like
 * - an age limit in an expression, always written `20 * 60` or `6 * 3600`
 * - a window that a text names: `the last hour`, `15 minutes`
 * Names of records (`…:delta1h`) stay: they name the rule, not the time.
 */
export function scaleRules(text: string, factor: number): string {
  const scaled = (duration: string): string => formatMs(durationMs(duration) / factor);
  return text
    .replace(/\[(\d+(?:ms|[smhd]))\]/g, (_, range: string) => `[${scaled(range)}]`)
    .replace(
      new RegExp(`\\b(${settings.join('|')}): (\\d+(?:ms|[smhd]))\\b`, 'g'),
      (_, setting: string, value: string) => {
        return `${setting}: ${scaled(value)}`;
      },
    )
    .replace(/\b(\d+ \* (?:60|3600))\b/g, `$1 / ${factor}`)
    .replace(/\b(\d+) (second|minute|hour)s?\b/g, (_, count: string, unit: string) =>
      scaled(`${count}${unit.charAt(0)}`),
    )
    .replace(/\blast (minute|hour)\b/g, (_, unit: string) => `last ${scaled(`1${unit.charAt(0)}`)}`);
}

const settings = [
  'for',
  'keep_firing_for',
  'interval',
  'scrape_interval',
  'scrape_timeout',
  'evaluation_interval',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'resolve_timeout',
];
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(duration: string): number {
  const [, count, unit = ''] = /^(\d+)(\D+)$/.exec(duration) ?? [];
  return Number(count) * (unitMs[unit] ?? Number.NaN);
}

/** As Prometheus and Alertmanager write it, in the biggest unit that leaves no rest. */
function formatMs(ms: number): string {
  const whole = Math.round(ms);
  if (whole === 0) return '0s';
  const unit = ['h', 'm', 's', 'ms'].find((each) => whole % (unitMs[each] ?? 1) === 0) ?? 'ms';
  return `${whole / (unitMs[unit] ?? 1)}${unit}`;
}
