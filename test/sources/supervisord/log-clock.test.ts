import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialClock, tellTime, zoneError } from '../../../src/sources/supervisord/log-clock.ts';
import type { LogClockState } from '../../../src/sources/supervisord/log-clock.ts';
import { parseMainLogLine } from '../../../src/sources/supervisord/main-log.ts';
import type { LocalTime } from '../../../src/sources/supervisord/main-log.ts';

const zoneBefore = process.env['TZ'];
beforeEach(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterEach(() => {
  if (zoneBefore === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zoneBefore;
});

/** What Python's strftime writes at this time in this zone. */
function written(atMs: number, timeZone: string): LocalTime {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(atMs);
  const text = `${parts},${String(atMs % 1_000).padStart(3, '0')}`;
  const time = parseMainLogLine(`${text} INFO supervisord started with pid 1`)?.time;
  if (time === undefined) throw new Error(`not a log line: ${text}`);
  return time;
}

function tellAll(
  times: readonly number[],
  timeZone: string,
  clock: LogClockState,
  nowMs: (atMs: number) => number,
): number[] {
  let state = clock;
  return times.map((atMs) => {
    const told = tellTime(state, written(atMs, timeZone), nowMs(atMs));
    state = told.clock;
    return told.atMs;
  });
}

const minute = 60_000;
const hour = 60 * minute;
// Clocks go back at 03:00 CEST on 25 October 2026, and forward at 02:00 CET on 29 March.
const autumn = Date.UTC(2026, 9, 25, 1);
const spring = Date.UTC(2026, 2, 29, 1);
const later = Date.UTC(2027, 0, 1);

describe('in our own zone', () => {
  test.each([
    ['an ordinary day', Date.UTC(2026, 5, 1, 12)],
    ['clocks put back', autumn],
    ['clocks put forward', spring],
  ])('%s, minute by minute, read much later', (_, around) => {
    const times = Array.from({ length: 300 }, (__, index) => around - 150 * minute + index * minute);
    expect(tellAll(times, 'Europe/Berlin', initialClock, () => later)).toEqual(times);
  });

  test('a line of the hour that comes twice, read at once', () => {
    for (const atMs of [autumn - 30 * minute, autumn + 30 * minute]) {
      const clock = { correctionMs: 0, lastMs: autumn - 300 * minute, readToEndMs: atMs - 5_000 };
      expect(tellTime(clock, written(atMs, 'Europe/Berlin'), atMs + 100).atMs).toBe(atMs);
    }
  });

  test('a clock that is set back a little is believed', () => {
    const clock = { correctionMs: 0, lastMs: spring, readToEndMs: spring };
    expect(tellTime(clock, written(spring - minute, 'Europe/Berlin'), spring + 1_000).atMs).toBe(spring - minute);
  });
});

describe('where supervisord lives in another zone', () => {
  test.each(['Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati', 'UTC'])(
    '%s: the first line read at once tells',
    (zone) => {
      const atMs = Date.UTC(2026, 5, 1, 12);
      const clock = { correctionMs: 0, readToEndMs: atMs - 5_000 };
      const told = tellTime(clock, written(atMs, zone), atMs + 100);
      expect(told.atMs).toBe(atMs);
      expect(tellTime(told.clock, written(atMs + 3 * hour, zone), atMs + 3 * hour + 100).atMs).toBe(atMs + 3 * hour);
    },
  );

  test('its clocks are put back on another day', () => {
    const change = Date.UTC(2026, 10, 1, 6);
    let clock: LogClockState = { correctionMs: 6 * hour, readToEndMs: change - 2 * hour };
    for (let atMs = change - 2 * hour; atMs < change + 4 * hour; atMs += 7 * minute) {
      const told = tellTime(clock, written(atMs, 'America/New_York'), atMs + 100);
      expect(told.atMs).toBe(atMs);
      clock = { ...told.clock, readToEndMs: atMs + 100 };
    }
  });
});

test.each([
  [0, 1_795_000_000_834, 1_795_000_000],
  [0, 1_795_000_000_034, 1_794_999_999],
  [6 * hour, 1_795_000_000_834, 1_795_021_600],
  [-5 * hour - 45 * minute, 1_795_000_000_834, 1_795_000_000 - 5 * 3600 - 45 * 60],
  // Not the same start at all.
  [0, 1_795_000_000_834, 1_795_000_100],
  [0, 1_795_000_000_834, 1_785_000_000],
])('the zones are %i ms apart', (expected, toldMs, startSeconds) => {
  expect(zoneError(toldMs, startSeconds)).toBe(expected);
});

test('times of lines in order never go back by more than an hour, whatever the zone', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 6 * hour }), { maxLength: 40 });
  fc.assert(
    fc.property(gaps, fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'), (steps, zone) => {
      let atMs = autumn - 48 * hour;
      const times = steps.map((step) => (atMs += step));
      const told = tellAll(times, zone, initialClock, () => later);
      for (const [index, ms] of told.entries()) expect(ms - (told[index - 1] ?? ms)).toBeGreaterThanOrEqual(-hour);
    }),
  );
});
