import type { TimedEvent } from '../core/contract.ts';
import { counted, durationInWords } from '../core/words.ts';
import { eventsOf } from './events.ts';

/** How a program has been dying, from the history: the same numbers that the alerts take from the counters. */
export interface Cadence {
  /** Starts after an exit that nobody asked for. */
  readonly respawns: { readonly lastHour: number; readonly last6Hours: number; readonly lastDay: number };
  /** There were three respawns in an hour, one that ended in the last 20 minutes. */
  readonly wereThreeAnHour: boolean;
  /** Starts that polling saw: nobody knows who asked for them. */
  readonly unknownStartsLastHour: number;
  /** The newest exit that nobody asked for. */
  readonly lastExit?: { readonly atMs: number; readonly how: string };
  /** Runs of at most an hour that ended unasked in the last two hours. */
  readonly shortRuns: number;
  /** There were three of them in two hours that ended in the last hour. */
  readonly wereThreeShortRuns: boolean;
  readonly meanSeconds?: number;
  /** Coefficient of variation of their lengths; absent for fewer than two. */
  readonly variation?: number;
}

/** A wait of a program that may be what its cadence comes from. */
export interface KnownTimeout {
  readonly timeout: string;
  readonly seconds: number;
}

const hourMs = 3_600_000;
const shortRunSeconds = 3_600;
/** A flap whose last exit is older is over. */
const recentMs = 20 * 60_000;
/** Below this coefficient of variation it is a timer, not chance: as in rules/gpunode.rules.yml. */
const clockworkVariation = 0.15;

/** `sinceMs`: what happened before does not count. */
export function cadenceOf(program: string, events: readonly TimedEvent[], nowMs: number, sinceMs = 0): Cadence {
  const own = eventsOf(events, program).filter(({ atMs }) => atMs >= sinceMs && atMs <= nowMs);
  const starts = (trigger: string): TimedEvent[] =>
    own.filter(({ kind, detail }) => kind === 'start' && detail === trigger);
  const within = (ms: number, those: readonly TimedEvent[]): TimedEvent[] =>
    those.filter(({ atMs }) => nowMs - atMs <= ms);
  const exits = own.filter(({ kind, detail }) => kind === 'exit' && !isAskedFor(detail));
  const last = exits.at(-1);
  const short = exits.filter(({ value }) => value !== undefined && value <= shortRunSeconds);
  const lengths = within(2 * hourMs, short).map(({ value }) => value ?? 0);
  const respawns = starts('respawn');
  return {
    respawns: {
      lastHour: within(hourMs, respawns).length,
      last6Hours: within(6 * hourMs, respawns).length,
      lastDay: within(24 * hourMs, respawns).length,
    },
    wereThreeAnHour: wereThree(respawns, hourMs, nowMs - recentMs),
    unknownStartsLastHour: within(hourMs, starts('unknown')).length,
    ...(last === undefined ? {} : { lastExit: { atMs: last.atMs, how: howOf(last.detail) } }),
    shortRuns: lengths.length,
    wereThreeShortRuns: wereThree(short, 2 * hourMs, nowMs - hourMs),
    ...spread(lengths),
  };
}

/** When somebody last asked for a start: a repair, after which counting begins anew. */
export function lastRequestedStartMs(program: string, events: readonly TimedEvent[]): number | undefined {
  return eventsOf(events, program).findLast(({ kind, detail }) => kind === 'start' && detail === 'requested')?.atMs;
}

/** What GpuNodeProgramFlapping looks for: three an hour and, once it flaps, two, while it goes on. */
export function isFlapping({ respawns, wereThreeAnHour, lastExit }: Cadence, nowMs: number): boolean {
  return wereThreeAnHour && respawns.lastHour >= 2 && lastExit !== undefined && nowMs - lastExit.atMs < recentMs;
}

/** What GpuNodeProgramRestartsOnSchedule looks for. */
export function isOnSchedule(cadence: Cadence, nowMs: number): boolean {
  const { wereThreeShortRuns, lastExit } = cadence;
  return wereThreeShortRuns && isClockwork(cadence) && lastExit !== undefined && nowMs - lastExit.atMs < hourMs;
}

export function isClockwork({ variation }: Cadence): boolean {
  return variation !== undefined && variation < clockworkVariation;
}

/** `9 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s)`. */
export function cadenceInWords(cadence: Cadence, timeouts: readonly KnownTimeout[]): string {
  const { respawns, meanSeconds, variation } = cadence;
  const count = `${counted(respawns.lastHour, 'restart')} in the last hour`;
  if (meanSeconds === undefined || variation === undefined) return count;
  if (!isClockwork(cadence)) return `${count}, every ${durationInWords(meanSeconds)}, irregular`;
  const suspects = timeouts
    .filter(({ seconds }) => Math.abs(seconds - meanSeconds) <= 0.1 * seconds)
    .map(({ timeout, seconds }) => `; close to ${timeout} (${durationInWords(seconds)})`);
  return `${count}, every ${durationInWords(meanSeconds)}, regular as a clock${suspects.join('')}`;
}

/** Whether three of them, oldest first, lay within a span that ended at `sinceMs` or later. */
function wereThree(events: readonly TimedEvent[], spanMs: number, sinceMs: number): boolean {
  return events.some(({ atMs: first }, index) => {
    const third = events[index + 2]?.atMs;
    return third !== undefined && third - first <= spanMs && first + spanMs >= sinceMs;
  });
}

function spread(lengths: readonly number[]): Pick<Cadence, 'meanSeconds' | 'variation'> {
  if (lengths.length === 0) return {};
  const meanSeconds = lengths.reduce((sum, each) => sum + each, 0) / lengths.length;
  if (lengths.length === 1 || meanSeconds === 0) return { meanSeconds };
  const variance = lengths.reduce((sum, each) => sum + (each - meanSeconds) ** 2, 0) / lengths.length;
  return { meanSeconds, variation: Math.sqrt(variance) / meanSeconds };
}

/** The history writes an exit as its cause, with the code where there is one. */
function isAskedFor(detail = ''): boolean {
  return detail.split(' ')[0] === 'stopped';
}

function howOf(detail = ''): string {
  const [cause = 'unknown', code] = detail.split(' ');
  const words = cause.replaceAll('_', ' ');
  return code === undefined ? words : `${words}, code ${code}`;
}
