import type { LocalTime } from './main-log.ts';

/** What is needed to tell the Unix time of the next line; plain JSON. */
export interface LogClockState {
  /** To be added to a time read in our own zone: supervisord may live in another one. A multiple of 15 minutes. */
  readonly correctionMs: number;
  /** Time of the last line. */
  readonly lastMs?: number;
  /** When the log was last read to its end: later lines were written after this. */
  readonly readToEndMs?: number;
}

export interface Told {
  readonly atMs: number;
  readonly clock: LogClockState;
}

export const initialClock: LogClockState = { correctionMs: 0 };

// Zones differ by multiples of this.
const zoneStepMs = 15 * 60_000;
const widestZoneMs = 26 * 3_600_000;
// Clocks are set back a little now and then, and a line is written a moment before it is read.
const slackMs = 120_000;

/**
 * The Unix time of a line, by its place in the log: an hour that comes twice when clocks are set back is told apart by the
 * lines before it and by when it was read. `nowMs`: when the line had been read.
 */
export function tellTime(clock: LogClockState, time: LocalTime, nowMs: number): Told {
  const candidates = readLocal(time).map((ms) => ms + clock.correctionMs);
  const [first = nowMs] = candidates;
  const floorMs = Math.max(clock.lastMs ?? -Infinity, clock.readToEndMs ?? -Infinity) - slackMs;
  const fitting = candidates.find((ms) => ms >= floorMs && ms <= nowMs + slackMs);
  if (fitting !== undefined) return { atMs: fitting, clock: { ...clock, lastMs: fitting } };
  const shiftMs = clock.readToEndMs === undefined ? 0 : zoneShift(first, clock.readToEndMs, nowMs);
  const atMs = shiftMs === 0 ? (candidates.find((ms) => ms >= floorMs) ?? first) : first + shiftMs;
  return { atMs, clock: { ...clock, correctionMs: clock.correctionMs + shiftMs, lastMs: atMs } };
}

/** Whether a line was written before a Unix time, as far as the clock knows by now. */
export function isOlder({ correctionMs }: LogClockState, time: LocalTime, thanMs: number): boolean {
  return readLocal(time).every((ms) => ms + correctionMs < thanMs);
}

/**
 * How far a time told for a process's start is off from what supervisord itself says (whole seconds): the difference of
 * the zones, or 0 if it is none.
 */
export function zoneError(toldMs: number, startSeconds: number): number {
  const off = startSeconds * 1_000 - toldMs;
  const zone = Math.round(off / zoneStepMs) * zoneStepMs || 0;
  return Math.abs(off - zone) <= 10_000 && Math.abs(zone) <= widestZoneMs ? zone : 0;
}

/** The only zone difference that puts a time between two others, or 0. */
function zoneShift(ms: number, afterMs: number, beforeMs: number): number {
  const lowest = Math.ceil((afterMs - slackMs - ms) / zoneStepMs);
  const highest = Math.floor((beforeMs + slackMs - ms) / zoneStepMs);
  const shiftMs = lowest * zoneStepMs;
  return lowest === highest && Math.abs(shiftMs) <= widestZoneMs ? shiftMs : 0;
}

const dayMs = 86_400_000;

/** Every Unix time that reads so in our zone, earliest first: two in the hour that comes twice. */
function readLocal({ year, month, day, hour, minute, second, millisecond }: LocalTime): number[] {
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const offsets = [utc - dayMs, utc + dayMs].map((ms) => new Date(ms).getTimezoneOffset() * 60_000);
  const times = [...new Set(offsets.map((offset) => utc + offset))].toSorted((a, b) => a - b);
  const real = times.filter((ms) => ms - new Date(ms).getTimezoneOffset() * 60_000 === utc);
  // Skipped by a clock that was put forward: nobody wrote this, any answer will do.
  return real.length > 0 ? real : times.slice(0, 1);
}
