import type { Series } from './timeline.ts';
import { counter } from './timeline.ts';

export interface Flap {
  readonly program: string;
  /** Seconds at which it exits, unasked; supervisord starts it again a second later. */
  readonly exits: readonly number[];
  /** When the run before the first exit began; a healthy program began days ago. */
  readonly startedAt?: number;
  /** `unknown` where restarts are seen by polling only. */
  readonly trigger?: 'respawn' | 'unknown';
  readonly code?: number;
  /** What the counters stood at before. */
  readonly before?: number;
}

const respawnSeconds = 1;
const dayAgo = -86_400;

/** Everything that the supervisor collector says of a program that exits and is started again. */
export function flap({
  program,
  exits,
  startedAt = 3 * dayAgo,
  trigger = 'respawn',
  code = 1,
  before = 0,
}: Flap): Series {
  const runs = exits.map((exit, index) => {
    const previous = exits[index - 1];
    return { exit, seconds: exit - (previous === undefined ? startedAt : previous + respawnSeconds) };
  });
  const short = runs.filter(({ seconds }) => seconds <= 3_600);
  const total = (power: number) => (at: number) =>
    short.filter(({ exit }) => exit <= at).reduce((sum, { seconds }) => sum + seconds ** power, before * 420 ** power);
  const last = (at: number): number | undefined => exits.findLast((exit) => exit <= at);
  const respawns = exits.map((exit) => exit + respawnSeconds);
  return {
    [`gpunode_program_starts_total{program="${program}",trigger="${trigger}"}`]: counter(respawns, before),
    [`gpunode_program_exits_total{program="${program}",cause="unexpected"}`]: counter(exits, before),
    [`gpunode_program_short_runs_total{program="${program}"}`]: total(0),
    [`gpunode_program_short_run_seconds_total{program="${program}"}`]: total(1),
    [`gpunode_program_short_run_seconds_squared_total{program="${program}"}`]: total(2),
    [`gpunode_program_last_exit_timestamp_seconds{program="${program}"}`]: (at) => last(at) ?? 2 * dayAgo,
    [`gpunode_program_last_exit_code{program="${program}"}`]: () => code,
    [`gpunode_program_start_time_seconds{program="${program}"}`]: (at) =>
      respawns.findLast((start) => start <= at) ?? startedAt,
  };
}

/** Seconds of `count` exits, `every` seconds apart, the first at `from`. */
export function regular(from: number, every: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index * every);
}

/** Seconds of exits whose distances are `distance(random)`; the same ones every time. */
export function random(from: number, count: number, distance: (random: number) => number): number[] {
  const exits: number[] = [];
  let at = from;
  let seed = 20_261;
  for (let index = 0; index < count; index += 1) {
    exits.push(at);
    // Park and Miller's generator.
    seed = (seed * 48_271) % 2_147_483_647;
    at += Math.round(distance(seed / 2_147_483_647));
  }
  return exits;
}
