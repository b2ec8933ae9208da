import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, formatDuration, parseDuration } from '../../src/core/duration.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1w', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 5, '0s', '-1s', '1.5s', '5 s', '1s1h', '5sec', null, '9'.repeat(30) + 's'])(
    'refuses %j',
    (value) => {
      expect(() => parseDuration(value)).toThrow('expected a duration');
    },
  );

  it('parses what it formats', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });

  it('has its default in a schema', () => {
    expect(duration('10m').parse(undefined)).toBe(600_000);
    expect(duration('10m').parse('1s')).toBe(1_000);
    expect(duration().safeParse(undefined).success).toBe(false);
    expect(duration().parse('24d')).toBe(24 * 86_400_000);
    expect(duration().safeParse('25d').success).toBe(false);
  });
});
