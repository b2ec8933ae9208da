import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cadenceInWords,
  cadenceOf,
  isClockwork,
  isFlapping,
  isOnSchedule,
  lastRequestedStartMs,
} from '../../src/checklist/cadence.ts';
import { readAlertRules } from '../support/alert-rules.ts';
import { event, hourMs, minuteMs, nowMs, runs } from './healthy-view.ts';

const of = (lengthsSeconds: readonly number[], endedAgoMs?: number) =>
  cadenceOf('llama', runs('llama', lengthsSeconds, endedAgoMs), nowMs);

function repeat(count: number, seconds: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => seconds(index));
}

describe('cadence', () => {
  it('of a clock', () => {
    const cadence = of(repeat(17, () => 420));
    expect(cadence.respawns).toEqual({ lastHour: 9, last6Hours: 17, lastDay: 17 });
    expect(cadence).toMatchObject({ shortRuns: 17, meanSeconds: 420, variation: 0 });
    expect(isClockwork(cadence)).toBe(true);
    expect(isFlapping(cadence, nowMs)).toBe(true);
    expect(cadenceInWords(cadence, [])).toBe('9 restarts in the last hour, every 7m 0s, regular as a clock');
  });

  it('of a clock whose hands shake by a tenth', () => {
    const jittered = of(repeat(17, (index) => 420 + (index % 2 === 0 ? 42 : -42)));
    expect(jittered.variation).toBeCloseTo(0.1, 1);
    expect(isClockwork(jittered)).toBe(true);
  });

  it('of chance: exponential lengths are never a clock', () => {
    // Quantiles of the exponential distribution, in no order: what a Poisson process has.
    const poisson = of(repeat(17, (index) => -420 * Math.log(1 - (((index * 7) % 17) + 0.5) / 17)));
    expect(poisson.variation).toBeGreaterThan(0.6);
    expect(cadenceInWords(poisson, [{ timeout: 'LLAMA_WAIT_SECONDS', seconds: 420 }])).toMatch(
      /^\d+ restarts in the last hour, every 6m \d+s, irregular$/,
    );
  });

  it('of a burst that is over: no page, and no schedule', () => {
    const burst = of(
      repeat(30, () => 3),
      70 * minuteMs,
    );
    expect(isFlapping(burst, nowMs)).toBe(false);
    expect(isOnSchedule(burst, nowMs)).toBe(false);
  });

  it('names the waits that are within a tenth, and no others', () => {
    const cadence = of([420, 420, 420]);
    const waits = [
      { timeout: 'JUST', seconds: 466 },
      { timeout: 'LLAMA_WAIT_SECONDS', seconds: 420 },
      { timeout: 'TOO_LONG', seconds: 468 },
      { timeout: 'startsecs', seconds: 1 },
    ];
    expect(cadenceInWords(cadence, waits)).toBe(
      '3 restarts in the last hour, every 7m 0s, regular as a clock; close to JUST (7m 46s); close to LLAMA_WAIT_SECONDS (7m 0s)',
    );
    expect(cadenceInWords(of([100, 500, 900]), waits)).not.toContain('close to');
  });

  it('has no regularity of one run, and none of runs without length', () => {
    expect(cadenceInWords(of([420]), [])).toBe('1 restart in the last hour');
    expect(cadenceInWords(of([0, 0, 0]), [])).toBe('3 restarts in the last hour');
  });

  it('leaves out what an operator stopped, and runs of more than an hour', () => {
    const stopped = event('exit', 'llama', 1_000, { detail: 'stopped', value: 10 });
    const long = event('exit', 'llama', 1_000, { detail: 'unexpected 1', value: 3_601 });
    const cadence = cadenceOf('llama', [stopped, long], nowMs);
    expect(cadence.shortRuns).toBe(0);
    expect(cadence.lastExit).toEqual({ atMs: nowMs - 1_000, how: 'unexpected, code 1' });
    expect(cadenceOf('llama', [stopped], nowMs).lastExit).toBeUndefined();
  });

  it('ends where somebody asked for a start', () => {
    const events = [...runs('llama', [20, 20, 20]), event('start', 'llama', 500, { detail: 'requested' })];
    const since = lastRequestedStartMs('llama', events);
    expect(since).toBe(nowMs - 500);
    expect(cadenceOf('llama', events, nowMs, since)).toMatchObject({ shortRuns: 0, respawns: { lastHour: 0 } });
    expect(lastRequestedStartMs('fastapi', events)).toBeUndefined();
  });

  it('is a clock whatever its period, and whatever its phase', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 0, max: 19 * minuteMs }), (seconds, agoMs) => {
        const cadence = of(
          repeat(4, () => seconds),
          agoMs,
        );
        // Every half hour is three an hour, for a moment.
        expect(isFlapping(cadence, nowMs)).toBe(seconds <= 1_800);
        expect(isOnSchedule(cadence, nowMs)).toBe(agoMs + 2 * seconds * 1_000 <= 2 * hourMs);
      }),
    );
  });
});

describe('the thresholds are those of the alerts', () => {
  const exprOf = (alert: string) => readAlertRules().find((each) => each.alert === alert)?.expr ?? '';

  it('GpuNodeProgramFlapping', () => {
    const expr = exprOf('GpuNodeProgramFlapping');
    expect(expr).toContain('program:gpunode_program_respawns:delta1h >= 3');
    expect(expr).toContain('program:gpunode_program_respawns:delta1h >= 2');
    expect(expr).toContain('max_over_time(program:gpunode_program_respawns:delta1h[20m]) >= 3');
    expect(expr).toContain('gpunode_program_last_exit_timestamp_seconds < 20 * 60');
    expect(isFlapping(of([1, 1], 0), nowMs)).toBe(false);
    expect(isFlapping(of([1, 1, 1], 20 * minuteMs - 1), nowMs)).toBe(true);
    expect(isFlapping(of([1, 1, 1], 20 * minuteMs), nowMs)).toBe(false);
    // 26 minutes apart: three in an hour until the first was an hour ago, and a flap until the last was 20 minutes ago.
    const everyTwentySix = [9 * minuteMs, 19 * minuteMs, 20 * minuteMs];
    expect(everyTwentySix.map((ago) => isFlapping(of([1, 1_560, 1_560], ago), nowMs))).toEqual([true, true, false]);
    expect(isFlapping(of([1, 1_900, 1_900], 0), nowMs)).toBe(false);
  });

  it('GpuNodeProgramRestartsOnSchedule', () => {
    const expr = exprOf('GpuNodeProgramRestartsOnSchedule');
    expect(expr).toContain('max_over_time(program:gpunode_program_short_runs:delta2h[1h]) >= 3');
    expect(expr).toContain('gpunode_program_last_exit_timestamp_seconds < 1 * 3600');
    expect(isOnSchedule(of([1_800, 1_800, 1_800], hourMs - 1), nowMs)).toBe(true);
    expect(isOnSchedule(of([1_800, 1_800, 1_800], hourMs), nowMs)).toBe(false);
    expect(isOnSchedule(of([1_800, 1_800], 0), nowMs)).toBe(false);
    // 45 minutes apart: three in two hours, and now two of them.
    expect(isOnSchedule(of([2_700, 2_700, 2_700], 40 * minuteMs), nowMs)).toBe(true);
  });
});
