import { describe, expect, it } from 'vitest';
import { noRestartLoop } from '../../../src/checklist/items/restart-loop.ts';
import type { NodeView } from '../../../src/checklist/types.ts';
import type { TimedEvent } from '../../../src/core/contract.ts';
import {
  artifactsFacts,
  event,
  failed,
  healthyView,
  known,
  minuteMs,
  program,
  runs,
  supervisorFacts,
} from '../healthy-view.ts';

const tail = 'tail -n 200 /var/log/llama.err';
const waits = artifactsFacts({
  timeouts: [
    { program: 'llama', timeout: 'LLAMA_WAIT_SECONDS', seconds: 420, from: 'script' },
    { program: 'fastapi', timeout: 'startsecs', seconds: 420, from: 'supervisord' },
  ],
});

function judge(events: readonly TimedEvent[], change: Partial<NodeView> = {}) {
  return noRestartLoop.judge('llama', healthyView({ events, artifacts: known(waits), ...change }));
}

describe('no_restart_loop', () => {
  it('passes where nothing happened', () => {
    expect(judge([])).toEqual({
      status: 'pass',
      evidence: '0 restarts in the last hour, none in the last day',
      command: tail,
    });
  });

  it('tells a clock by its cadence, and what it may come from', () => {
    const nineRuns = runs(
      'llama',
      Array.from({ length: 9 }, () => 420),
      2 * minuteMs,
    );
    expect(judge(nineRuns)).toEqual({
      status: 'fail',
      evidence:
        '9 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s); 9 in the last day, last exit 2m 0s ago (unexpected, code 1)',
      command: tail,
    });
  });

  it('tells a slow clock as the schedule that it is', () => {
    const halfHourly = runs('llama', [1_800, 1_800, 1_800], 25 * minuteMs);
    expect(judge(halfHourly)).toMatchObject({ status: 'fail', runbook: 'GpuNodeProgramRestartsOnSchedule' });
  });

  it('passes with what is over, and tells it', () => {
    expect(judge(runs('llama', [420, 420, 420], 61 * minuteMs))).toMatchObject({
      status: 'pass',
      evidence:
        '0 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s); 3 in the last day, last exit 1h 1m ago (unexpected, code 1)',
    });
  });

  it('counts anew since somebody asked for a start', () => {
    const broken = runs('llama', [20, 20, 20, 20], 10 * minuteMs);
    const repaired = event('start', 'llama', 5 * minuteMs, { detail: 'requested' });
    expect(judge(broken).status).toBe('fail');
    expect(judge([...broken, repaired])).toMatchObject({
      status: 'pass',
      evidence: '0 restarts in the last hour, none in the last day; counting since somebody started it 5m 0s ago',
    });
    const again = runs('llama', [20, 20, 20], 1_000);
    expect(judge([...broken, repaired, ...again]).status).toBe('fail');
  });

  it('is about its own program', () => {
    expect(judge(runs('fastapi', [20, 20, 20, 20])).status).toBe('pass');
  });

  it('fails by the history also while supervisord is silent, and is unknown otherwise', () => {
    expect(judge(runs('llama', [20, 20, 20]), { supervisor: failed() }).status).toBe('fail');
    expect(judge([], { supervisor: failed() })).toMatchObject({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
    });
  });

  it('is never a pass where restarts are only polled', () => {
    const supervisor = known(supervisorFacts(program('llama', { source: 'poll' })));
    const polled = [30, 20, 10].map((minutes) => event('start', 'llama', minutes * minuteMs, { detail: 'unknown' }));
    expect(judge(polled.slice(1), { supervisor })).toEqual({
      status: 'unknown',
      evidence: '2 starts in the last hour, as far as polling can tell',
      command: tail,
      runbook: 'GpuNodeRestartsNotExact',
    });
    expect(judge(polled, { supervisor })).toMatchObject({ status: 'fail', runbook: 'GpuNodeRestartsNotExact' });
  });

  it('is unknown of a program that supervisord does not know', () => {
    const { status: _, ...unheard } = program('llama');
    expect(judge([], { supervisor: known(supervisorFacts(unheard)) })).toMatchObject({ status: 'unknown' });
  });
});
