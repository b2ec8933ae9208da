import { describe, expect, it } from 'vitest';
import { whisperOnGpu } from '../../../src/checklist/items/whisper.ts';
import type { ProgramLogFacts } from '../../../src/collectors/logs/facts.ts';
import type { NodeView } from '../../../src/checklist/types.ts';
import {
  configOf,
  down,
  failed,
  gpuFacts,
  healthyView,
  known,
  logOf,
  logsFacts,
  minuteMs,
  nowMs,
  supervisorFacts,
} from '../healthy-view.ts';

describe('whisper_on_gpu', () => {
  const tail = 'tail -n 200 /var/log/worker-gpu.err';
  const silentGpu = { gpu: failed() };

  function judge(log: Partial<ProgramLogFacts>, change: Partial<NodeView> = {}) {
    return whisperOnGpu.judge(
      'worker-gpu',
      healthyView({ logs: known(logsFacts(logOf('worker-gpu', log))), ...silentGpu, ...change }),
    );
  }
  const fallback = (agoMs: number) => ({ classes: [{ name: 'cpu_fallback', count: 1, lastMs: nowMs - agoMs }] });

  it('passes where all was read that it said since its start', () => {
    expect(judge({})).toEqual({
      status: 'pass',
      evidence: 'no fall back to the CPU since its start 2h 0m ago',
      command: tail,
    });
    expect(judge(fallback(121 * minuteMs)).status).toBe('pass');
  });

  it('fails where it said that it runs on the CPU, since its start', () => {
    expect(judge(fallback(119 * minuteMs))).toEqual({
      status: 'fail',
      evidence: 'its log told 1h 59m ago that it runs on the CPU',
      command: tail,
    });
  });

  it('is unknown where nobody read what it said at its start, unless it holds GPU memory', () => {
    const late = { followedSinceMs: nowMs - 5 * minuteMs };
    expect(judge(late)).toEqual({
      status: 'unknown',
      evidence: 'no fall back to the CPU in the 5m 0s that its log was followed, of the 2h 0m that it has run',
      command: tail,
    });
    expect(judge(late, { gpu: known(gpuFacts()) })).toEqual({
      status: 'pass',
      evidence: 'no fall back to the CPU in the 5m 0s that its log was followed, and it holds 2.00 GiB of GPU memory',
      command: tail,
    });
    expect(judge(late, { gpu: known(gpuFacts({ memory: [] })) }).status).toBe('unknown');
  });

  it('is unknown without a log, a process or an answer', () => {
    expect(judge({ readable: false })).toMatchObject({ status: 'unknown', evidence: 'its log cannot be read' });
    const stopped = known(supervisorFacts(down('worker-gpu', 'STOPPED')));
    expect(judge({}, { supervisor: stopped })).toMatchObject({ status: 'unknown', evidence: 'it does not run' });
    expect(judge({}, { supervisor: failed() })).toMatchObject({ status: 'unknown' });
    expect(judge({}, { logs: failed() })).toMatchObject({ status: 'unknown' });
  });

  it('is about the worker alone, in a group or not', () => {
    const programs = ['workers:worker-gpu', 'worker-gpu', 'my-worker-gpu'].map((name) => down(name, 'STOPPED'));
    expect(whisperOnGpu.subjects(healthyView({ supervisor: known(supervisorFacts(...programs)) }))).toEqual([
      'workers:worker-gpu',
      'worker-gpu',
    ]);
    expect(whisperOnGpu.configured?.(configOf())).toEqual(['worker-gpu']);
  });
});
