import { describe, expect, it } from 'vitest';
import { noOomOfProgram, noOomOnNode } from '../../../src/checklist/items/oom.ts';
import type { NodeView } from '../../../src/checklist/types.ts';
import {
  configOf,
  event,
  failed,
  healthyView,
  hostFacts,
  hourMs,
  known,
  logOf,
  logsFacts,
  minuteMs,
  nowMs,
} from '../healthy-view.ts';

const dmesg = 'dmesg -T | grep -i -E "out of memory|oom-kill" | tail';

describe('no_oom of the node', () => {
  function judge(change: Partial<NodeView> = {}) {
    return noOomOnNode.judge('node', healthyView(change));
  }

  it('passes for the window, or for as long as anybody watches', () => {
    expect(judge()).toEqual({ status: 'pass', evidence: 'no OOM kill in the last 1h 0m', command: dmesg });
    expect(judge({ watchedSinceMs: nowMs - 3_000 }).evidence).toBe('no OOM kill since watching began 3s ago');
    expect(judge({ config: configOf({ checklist: { window: '6h' } }) }).evidence).toBe('no OOM kill in the last 6h 0m');
  });

  it('counts one kill once, though the machine and its cgroup both tell it', () => {
    const events = [
      event('oom', 'host', 10 * minuteMs, { value: 2 }),
      event('oom', 'llama', 10 * minuteMs, { detail: '/system.slice/llama', value: 2 }),
    ];
    expect(judge({ events })).toEqual({ status: 'fail', evidence: '2 OOM kills, last 10m 0s ago', command: dmesg });
  });

  it('forgets what is older than the window', () => {
    expect(judge({ events: [event('oom', 'host', hourMs + 1, { value: 1 })] }).status).toBe('pass');
  });

  it('is not held by what a clock that was put back left in the future', () => {
    expect(judge({ events: [event('oom', 'host', -hourMs - 1, { value: 1 })] }).status).toBe('pass');
    // But one clock may be a little ahead of another.
    expect(judge({ events: [event('oom', 'host', -1_000, { value: 1 })] }).evidence).toBe('1 OOM kill, last 0s ago');
  });

  it('knows of a kill also while its source is silent, and otherwise nothing', () => {
    const host = failed('timeout');
    expect(judge({ host, events: [event('oom', 'host', 1_000, { value: 1 })] }).status).toBe('fail');
    expect(judge({ host })).toEqual({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
      command: dmesg,
    });
    expect(judge({ host: known(hostFacts({ oomKills: {} })) })).toMatchObject({
      status: 'unknown',
      evidence: 'the kernel tells of no OOM kills',
    });
  });
});

describe('no_oom of a program', () => {
  const tail = 'tail -n 200 /var/log/llama.err';

  function judge(change: Partial<NodeView> = {}, log = logOf('llama')) {
    return noOomOfProgram.judge('llama', healthyView({ logs: known(logsFacts(log)), ...change }));
  }

  it('passes', () => {
    expect(judge()).toEqual({
      status: 'pass',
      evidence: 'no message of memory that ran out in the last 1h 0m',
      command: tail,
    });
  });

  it('fails with what its log told', () => {
    const events = [20, 10, 5].map((minutes) => event('log', 'llama', minutes * minuteMs, { detail: 'gpu_oom' }));
    const other = event('log', 'llama', minuteMs, { detail: 'gpu_fault' });
    const others = event('log', 'fastapi', minuteMs, { detail: 'gpu_oom' });
    expect(judge({ events: [...events, other, others] })).toEqual({
      status: 'fail',
      evidence: 'its log told 3 times that memory ran out, last 5m 0s ago',
      command: tail,
    });
  });

  it('fails by the time of the newest, where the history has none', () => {
    const log = logOf('llama', { classes: [{ name: 'host_oom', count: 7, lastMs: nowMs - 2 * minuteMs }] });
    expect(judge({}, log)).toMatchObject({
      status: 'fail',
      evidence: 'its log told 1 time that memory ran out, last 2m 0s ago',
    });
    const old = logOf('llama', { classes: [{ name: 'host_oom', count: 7, lastMs: nowMs - hourMs - 1 }] });
    expect(judge({}, old).status).toBe('pass');
  });

  it('fails with the kernel, whose runbook it then is', () => {
    const events = [event('oom', 'llama', minuteMs, { detail: '/llama', value: 1 })];
    expect(judge({ events })).toEqual({
      status: 'fail',
      evidence: '1 OOM kill, last 1m 0s ago',
      command: dmesg,
      runbook: 'GpuNodeOomKill',
    });
  });

  it('is unknown without a log that can be read', () => {
    expect(judge({}, logOf('llama', { readable: false }))).toMatchObject({
      status: 'unknown',
      evidence: 'its log cannot be read',
    });
    expect(judge({}, logOf('llama', { readable: undefined }))).toMatchObject({
      status: 'unknown',
      evidence: 'it has no log yet',
    });
    expect(judge({ logs: failed('denied') })).toMatchObject({
      status: 'unknown',
      evidence: 'not known: denied, no answer within 2000 ms',
      command: 'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf tail llama stderr',
    });
  });
});
