import { describe, expect, it } from 'vitest';
import { createChecklist } from '../../src/checklist/checklist.ts';
import type { Checklist } from '../../src/checklist/checklist.ts';
import { checklistMetrics } from '../../src/checklist/metrics.ts';
import type { DatedVerdict, NodeView } from '../../src/checklist/types.ts';
import { emptyNode } from '../support/empty-node.ts';
import {
  configOf,
  down,
  failed,
  gpu,
  gpuFacts,
  healthyView,
  known,
  modelFact,
  nowMs,
  program,
  supervisorFacts,
} from './healthy-view.ts';

function find(checklist: Checklist, check: string, subject: string): DatedVerdict | undefined {
  return checklist.verdicts().find((each) => each.check === check && each.subject === subject);
}

function subjectsOf(checklist: Checklist, check: string): string[] {
  return checklist
    .verdicts()
    .filter((each) => each.check === check)
    .map(({ subject }) => subject);
}

function seriesOf(checklist: Checklist): string[] {
  return checklist
    .samples()
    .filter(({ metric, value }) => metric === checklistMetrics.status && value === 1)
    .map(({ labels }) => `${labels['check']} ${labels['subject']} ${labels['status']}`);
}

/** What an exporter that starts again has of the one before. */
function restarted(checklist: Checklist, atMs: number): Checklist {
  return createChecklist(JSON.parse(JSON.stringify(checklist.saved())), atMs);
}

const later = (ms: number, change: Partial<NodeView> = {}) => healthyView({ nowMs: nowMs + ms, ...change });
const { stable: _, ...lookedAtOnce } = modelFact();
const once = known({ models: [lookedAtOnce], directories: [] });
const asked = known(
  gpuFacts({ probes: [{ probe: 'torch', program: 'worker-gpu', available: undefined, asking: true }] }),
);
const llamaDown = { supervisor: known(supervisorFacts(program('fastapi'), down('llama', 'FATAL'))) };

describe('since', () => {
  it('is when the status was first seen, and goes on with the same status', () => {
    const checklist = createChecklist(undefined, nowMs);
    checklist.look(healthyView());
    checklist.look(later(5_000));
    expect(find(checklist, 'program_running', 'llama')).toMatchObject({ status: 'pass', sinceMs: nowMs });
    checklist.look(later(9_000, llamaDown));
    checklist.look(later(14_000, llamaDown));
    expect(find(checklist, 'program_running', 'llama')).toMatchObject({ status: 'fail', sinceMs: nowMs + 9_000 });
  });

  it('outlives a restart of the exporter, whose first look changes nothing', () => {
    const before = createChecklist(undefined, nowMs);
    before.look(healthyView(llamaDown));
    const after = restarted(before, nowMs + 60_000);
    after.look(emptyNode({ nowMs: nowMs + 60_000, config: configOf() }));
    expect(find(after, 'program_running', 'llama')).toMatchObject({ status: 'unknown', waiting: true });
    after.look(later(61_000, llamaDown));
    expect(find(after, 'program_running', 'llama')).toMatchObject({ status: 'fail', sinceMs: nowMs });
    expect(after.watchedSinceMs()).toBe(nowMs);
  });

  it.each([
    ['a model that was looked at only once', 'size_stable', 'llama', { models: once }],
    ['a log that is not read to its end yet', 'no_oom', 'llama', { logs: { ...failed('unavailable'), goesOn: true } }],
    ['a probe that has not answered yet', 'cuda_visible', 'node', { gpu: asked }],
  ] as const)('outlives a restart of the exporter: %s is no news', (_, check, subject, change) => {
    const before = createChecklist(undefined, nowMs);
    before.look(healthyView());
    const after = restarted(before, nowMs + 60_000);
    after.look(later(61_000, change));
    after.look(later(62_000, change));
    expect(find(after, check, subject)).toMatchObject({ status: 'unknown', sinceMs: nowMs + 60_000 });
    // The exporter may end before it has told.
    for (const checklist of [restarted(after, nowMs + 63_000), after]) {
      checklist.look(later(64_000));
      expect(find(checklist, check, subject)).toMatchObject({ status: 'pass', sinceMs: nowMs });
    }
    // From then on it is.
    after.look(later(65_000, change));
    after.look(later(66_000));
    expect(find(after, check, subject)).toMatchObject({ status: 'pass', sinceMs: nowMs + 66_000 });
  });

  it('keeps apart two items of one name', () => {
    const checklist = createChecklist(undefined, nowMs);
    checklist.look(healthyView());
    checklist.look(later(1_000, { host: failed() }));
    expect(find(checklist, 'memory_headroom', 'host')).toMatchObject({ status: 'unknown', sinceMs: nowMs + 1_000 });
    expect(find(checklist, 'memory_headroom', gpu)).toMatchObject({ status: 'pass', sinceMs: nowMs });
  });

  it.each([
    ['nothing', undefined],
    ['something else', { watchedSinceMs: 'yesterday' }],
    ['a time that is no date', { watchedSinceMs: 0, records: [record({ sinceMs: 1e20 })] }],
    ['a status that does not exist', { watchedSinceMs: 0, records: [record({ status: 'maybe' })] }],
  ])('begins anew with %s', (_, saved) => {
    const checklist = createChecklist(saved, nowMs);
    checklist.look(healthyView());
    expect(checklist.watchedSinceMs()).toBe(nowMs);
    expect(checklist.verdicts().every(({ sinceMs }) => sinceMs === nowMs)).toBe(true);
  });
});

function record(change: object): object {
  return {
    check: 'program_running',
    kind: 'each target program',
    subject: 'llama',
    status: 'pass',
    sinceMs: 0,
    ...change,
  };
}

describe('subjects', () => {
  it('outlive their source, also over a restart of the exporter', () => {
    const before = createChecklist(undefined, nowMs);
    const members = known(supervisorFacts(program('workers:a'), program('workers:b')));
    const config = configOf({ programs: ['workers', 'llama'] });
    before.look(healthyView({ supervisor: members, config }));
    const dead = { supervisor: failed('unavailable'), gpu: failed('timeout'), config };
    for (const checklist of [before, restarted(before, nowMs)]) {
      checklist.look(later(60_000, dead));
      // What the group's name stands for is known; llama is only configured.
      expect(subjectsOf(checklist, 'program_running')).toEqual(['llama', 'workers:a', 'workers:b']);
      expect(find(checklist, 'program_running', 'workers:a')?.status).toBe('unknown');
      expect(find(checklist, 'gpu_ok', gpu)?.status).toBe('unknown');
    }
  });

  it('are the configured ones where nothing was ever seen', () => {
    const checklist = createChecklist(undefined, nowMs);
    const dead = { supervisor: failed('unavailable'), artifacts: failed('unavailable'), gpu: failed() };
    checklist.look(healthyView(dead));
    expect(subjectsOf(checklist, 'program_running')).toEqual(['fastapi', 'worker-gpu', 'llama']);
    expect(subjectsOf(checklist, 'binary_valid')).toEqual(['llama-server']);
    expect(subjectsOf(checklist, 'gpu_ok')).toEqual([]);
  });

  it('are forgotten when their source says that they are gone', () => {
    const checklist = createChecklist(undefined, nowMs);
    const config = configOf({ programs: ['all'] });
    const both = known(supervisorFacts(program('fastapi'), program('old')));
    checklist.look(healthyView({ config, supervisor: both }));
    checklist.look(later(1_000, { config, supervisor: failed() }));
    expect(subjectsOf(checklist, 'no_restart_loop')).toEqual(['fastapi', 'old']);
    checklist.look(later(2_000, { config, supervisor: known(supervisorFacts(program('fastapi'))) }));
    checklist.look(later(3_000, { config, supervisor: failed() }));
    expect(subjectsOf(checklist, 'no_restart_loop')).toEqual(['fastapi']);
  });
});

describe('series', () => {
  it('there are none before the first round of what they need', () => {
    const checklist = createChecklist(undefined, nowMs);
    checklist.look(emptyNode({ nowMs, config: configOf() }));
    expect(checklist.samples()).toEqual([]);
    checklist.look(emptyNode({ nowMs, config: configOf(), supervisor: healthyView().supervisor }));
    const checks = seriesOf(checklist).map((line) => line.split(' ')[0]);
    // whisper_on_gpu also needs the logs.
    expect([...new Set(checks)]).toEqual(['supervisor_answers', 'program_running', 'no_restart_loop']);
  });

  it('there are none of what is switched off, and nothing is remembered of it', () => {
    const checklist = createChecklist(undefined, nowMs);
    checklist.look(healthyView());
    checklist.look(later(1_000, { gpu: { kind: 'off' } }));
    expect(seriesOf(checklist).join()).not.toMatch(/gpu_ok|cuda_visible|gpu_memory_owned/);
    expect(seriesOf(checklist)).toContain('whisper_on_gpu worker-gpu pass');
  });

  it('have one status of three, and the time of the last change', () => {
    const checklist = createChecklist(undefined, nowMs);
    checklist.look(healthyView(llamaDown));
    const of = checklist
      .samples()
      .filter(({ labels }) => labels['check'] === 'program_running' && labels['subject'] === 'llama');
    expect(of.map(({ metric, labels, value }) => [metric.name, labels['status'], Number(value)])).toEqual([
      ['gpunode_check_status', 'pass', 0],
      ['gpunode_check_status', 'fail', 1],
      ['gpunode_check_status', 'unknown', 0],
      ['gpunode_check_last_change_timestamp_seconds', undefined, nowMs / 1000],
    ]);
  });
});
