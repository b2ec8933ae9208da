/** What the page says, before it is HTML. */
import { describe, expect, it } from 'vitest';
import { createChecklist } from '../../../src/checklist/checklist.ts';
import type { DatedVerdict, NodeView, Status } from '../../../src/checklist/types.ts';
import type { CollectorState } from '../../../src/core/collector-runner.ts';
import { pageOf } from '../../../src/web/page/page.ts';
import type { PageView } from '../../../src/web/page/page.ts';
import { crowdedNode, deadNode, known, modelFact, programFacts } from '../../support/crowded-node.ts';
import { emptyNode } from '../../support/empty-node.ts';

const { nowMs } = emptyNode();

function page(node: NodeView, collectors: readonly CollectorState[] = [], own?: readonly DatedVerdict[]): PageView {
  const checklist = createChecklist(undefined, nowMs);
  checklist.look(node);
  const verdicts = own ?? checklist.verdicts();
  const given = { nodeName: 'gpu-node-1', address: 'here', version: '1.2.3', telemetryPath: '/metrics' };
  return pageOf({ node, verdicts, collectors, ...given });
}

function verdict(status: Status, agoSeconds: number, subject: string): DatedVerdict {
  return {
    section: 'process_health',
    check: 'program_running',
    subject,
    status,
    evidence: 'so it is',
    command: '',
    runbook: 'GpuNodeProgramDown',
    needs: ['supervisor'],
    sinceMs: nowMs - agoSeconds * 1000,
  };
}

describe('the verdict', () => {
  const told = (...verdicts: DatedVerdict[]): string => {
    const { mark, sentence, since } = page(emptyNode(), [], verdicts).headline;
    return `${mark.word}: ${sentence}. ${since?.words} ${since?.moment.ago}`;
  };

  it('is as bad as the worst check, since the first of those', () => {
    expect(
      told(verdict('pass', 900, 'a'), verdict('fail', 60, 'b'), verdict('fail', 30, 'c'), verdict('unknown', 5, 'd')),
    ).toBe('FAIL: 2 of 4 checks fail, 1 is not known. Failing since 1m 0s ago');
    expect(told(verdict('pass', 900, 'a'), verdict('unknown', 5, 'd'))).toBe(
      'UNKNOWN: Of 2 checks, 1 is not known; none fails. Not known since 5s ago',
    );
  });

  it('is PASS since the last check began to pass', () => {
    expect(told(verdict('pass', 900, 'a'), verdict('pass', 60, 'b'))).toBe(
      'PASS: All 2 checks pass. All pass since 1m 0s ago',
    );
  });

  it('is UNKNOWN where nothing is checked', () => {
    expect(page(emptyNode(), [], []).headline).toMatchObject({
      mark: { word: 'UNKNOWN' },
      sentence: 'Nothing is checked',
    });
  });

  it('has all five sections in order, also one without an item', () => {
    const { sections } = page(
      emptyNode(),
      [{ name: 'supervisor', lookedMs: nowMs - 4_000 }],
      [verdict('pass', 9, 'a')],
    );
    expect(sections.map(({ id, summary }) => `${id}: ${summary}`)).toEqual([
      'process_health: 1 of 1 pass, seen 4s ago',
      'endpoint_health: nothing to check is configured',
      'model_integrity: nothing to check is configured',
      'queue_behavior: nothing to check is configured',
      'resource_sanity: nothing to check is configured',
    ]);
  });
});

describe('programs', () => {
  it('counts what the history holds as a lower bound, where it may hold less than there was', () => {
    const { programs } = page(crowdedNode()).programs;
    expect(programs).toHaveLength(50);
    expect(programs[7]?.starts).toEqual([
      { within: '1 h', count: '600' },
      { within: '6 h', count: '≥ 2000' },
      { within: '24 h', count: '≥ 2000' },
    ]);
    // The history of a crash loop ends three hours ago, and what was before is not known.
    expect(programs[7]?.strip.marks.map(({ phase, x }) => [phase, x])).toEqual([
      ['unknown', 0],
      ['restarting', 82],
    ]);
  });

  it('counts what polling saw as a lower bound', () => {
    const facts = { ...programFacts('llama'), source: 'poll' as const };
    const supervisor = known({ state: 'RUNNING', version: '4', identification: '', pid: 1, programs: [facts] });
    const [program] = page(emptyNode({ supervisor })).programs.programs;
    expect(program?.starts.map(({ count }) => count)).toEqual(['≥ 0', '≥ 0', '≥ 0']);
  });

  it('are still named while supervisord is silent', () => {
    const { programs, missing } = page(deadNode()).programs;
    expect(missing).toBe('not known: denied, not allowed to read it');
    expect(programs.map(({ program, mark }) => `${program} ${mark.word}`)).toEqual([
      'fastapi not known',
      'worker-gpu not known',
      'llama not known',
    ]);
  });
});

describe('errors in the logs', () => {
  const log = (secondsAgo: number): NodeView['events'][number] => ({
    id: `log ${secondsAgo}`,
    atMs: nowMs - secondsAgo * 1000,
    kind: 'log',
    subject: 'llama',
    detail: 'gpu_oom',
  });
  const counted = (...events: NodeView['events']): readonly string[] => {
    const classes = [
      { name: 'gpu_oom', count: 900, lastMs: nowMs - 5_000 },
      { name: 'host_oom', count: 3, lastMs: nowMs - 25 * 3_600_000 },
    ];
    const logs = known({ programs: [{ program: 'llama', readable: true, logs: [], classes }] });
    return page(emptyNode({ logs, events })).logClasses.rows.map(({ name, count }) => `${name} ${count}`);
  };

  it('are exact where the history kept them all', () => {
    expect(counted(log(5), log(65), log(7_000))).toEqual(['gpu_oom 3']);
  });

  it('are a lower bound where a minute had more than it keeps, or it kept none', () => {
    expect(counted(...[5, 4, 3, 2, 1, 0].map(log))).toEqual(['gpu_oom ≥ 6']);
    expect(counted()).toEqual(['gpu_oom ≥ 1']);
  });
});

describe('what collectors know', () => {
  it('never shows a model as whole that is not', () => {
    const whole = { ...modelFact('llama'), requiredBytes: 1_000_000, sizeBytes: 999_999 };
    const models = known({ models: [whole], directories: [] });
    const [model] = page(emptyNode({ models })).models.rows;
    expect(model).toMatchObject({ progress: '977 KiB of 977 KiB required (99 %)', mark: { word: 'incomplete' } });
  });

  it('says who holds the memory of a card, and names orphans', () => {
    const [card] = page(crowdedNode()).gpus.rows;
    expect(card?.memory).toBe('60.0 GiB of 80.0 GiB used');
    expect(card?.holders.at(-1)).toMatchObject({ kind: 'bad', size: '1.00 GiB' });
    // 8 × 5 GiB, 1 GiB of an orphan, and 19 GiB that nobody names.
    expect(card?.bar.parts.at(-1)).toEqual({ kind: 'used', x: 51.25, width: 23.75 });
  });

  it('says that cards are missed, and that nobody knows who holds memory', () => {
    const node = crowdedNode();
    if (node.gpu.kind !== 'known') throw new Error('its cards are known');
    const gpu = known({ ...node.gpu.facts, expected: 9, memory: undefined });
    expect(page({ ...node, gpu }).gpus.remarks).toEqual([
      '8 of 9 expected cards visible.',
      'Who holds their memory is not known here.',
    ]);
  });

  it('says since when a collector fails, and why', () => {
    const states = [{ name: 'gpu', lookedMs: nowMs - 1_000, failingSinceMs: nowMs - 60_000 }, { name: 'logs' }];
    expect(page({ ...deadNode(), logs: { kind: 'waiting' } }, states).collectors).toMatchObject([
      { name: 'gpu', mark: { word: 'failing' }, failure: { reason: 'denied', since: { ago: '1m 0s ago' } } },
      { name: 'logs', mark: { word: 'waiting' } },
    ]);
  });
});
