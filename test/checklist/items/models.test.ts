import { describe, expect, it } from 'vitest';
import { fileComplete, fileRegularReadable, fileVisible, sizeStable } from '../../../src/checklist/items/models.ts';
import type { ModelFact, ServerFact } from '../../../src/collectors/models/facts.ts';
import type { ChecklistItem, NodeView } from '../../../src/checklist/types.ts';
import {
  configOf,
  down,
  failed,
  healthyView,
  known,
  model,
  modelFact,
  nowMs,
  supervisorFacts,
} from '../healthy-view.ts';

type Change = { readonly [Key in keyof ModelFact]?: ModelFact[Key] | undefined };

function judge(item: ChecklistItem, change: Change = {}) {
  const entries = Object.entries({ ...modelFact(), ...change }).filter(([, value]) => value !== undefined);
  const fact = Object.fromEntries(entries) as unknown as ModelFact;
  return item.judge('llama', healthyView({ models: known({ models: [fact], directories: [] }) }));
}

const ls = `ls -la ${model}`;
const gate = `gpunode-exporter gate --timeout 5s --model ${model}`;
const absent = { present: false, regular: false, readable: false, sizeBytes: undefined, stable: undefined };

describe('file_regular_readable', () => {
  it.each<[string, Change, object]>([
    ['there', {}, { status: 'pass', evidence: 'regular, readable, 4.58 GiB', command: ls }],
    [
      'absent',
      { ...absent, problems: ['its directory is empty'] },
      { status: 'fail', evidence: 'missing: its directory is empty', command: ls },
    ],
    ['a directory', { regular: false }, { status: 'fail', evidence: 'not a regular file', command: ls }],
    [
      'not readable for its program',
      { readable: false, problems: ['mode 600 of root, llama runs as gpu'] },
      { status: 'fail', evidence: 'not readable: mode 600 of root, llama runs as gpu', command: ls },
    ],
    ['empty', { sizeBytes: 0 }, { status: 'fail', evidence: 'empty', command: ls }],
    ['half told', { readable: undefined }, { status: 'unknown', evidence: 'not all of it could be told', command: ls }],
    ['silent', { unknown: 'stat: timeout' }, { status: 'unknown', evidence: 'stat: timeout', command: ls }],
  ])('%s', (_, change, expected) => {
    expect(judge(fileRegularReadable, change)).toEqual(expected);
  });
});

describe('an absent model', () => {
  it('fails once: nothing is known of its rest and its size, and both views agree that it is not there', () => {
    expect(judge(fileRegularReadable, absent).status).toBe('fail');
    expect(judge(sizeStable, absent)).toMatchObject({ status: 'unknown', evidence: 'there is no file' });
    expect(judge(fileComplete, absent)).toMatchObject({ status: 'unknown', evidence: 'there is no file' });
    expect(judge(fileVisible, absent)).toMatchObject({
      status: 'pass',
      evidence: 'missing both by name and in its directory',
    });
  });
});

describe('size_stable', () => {
  const startedMs = nowMs - 3_600_000;
  const server = (change: Partial<ServerFact> = {}): ServerFact => ({
    pid: 4711,
    startedMs,
    firstSeenMs: startedMs,
    seenFromStart: true,
    fileThen: { sizeBytes: 4_920_000_000, inode: '12', ctimeMs: nowMs - 86_400_000 },
    ...change,
  });
  const { fileThen: _, ...unseen } = server({ seenFromStart: false });
  const replaced = 'GpuNodeModelReplacedWhileServed';
  const unknownOne = {
    status: 'unknown',
    evidence: 'unchanged for 1m 30s, but which file its server loaded cannot be told',
  };

  it.each<[string, Change, object]>([
    ['at rest', {}, { status: 'pass', evidence: 'unchanged for 1m 30s' }],
    [
      'one look',
      { stable: undefined },
      { status: 'unknown', evidence: 'it was looked at only once', settling: true, early: true },
    ],
    ['growing', { stable: false }, { status: 'fail', evidence: 'still changing, 4.58 GiB now' }],
    [
      'served',
      { server: server() },
      { status: 'pass', evidence: 'unchanged for 1m 30s, and since its server started' },
    ],
    [
      'cut while served',
      { server: server(), sizeBytes: 1_000_000_000 },
      { status: 'fail', evidence: '954 MiB now, 4.58 GiB when its server was first seen', runbook: replaced },
    ],
    [
      'replaced while served',
      { server: server(), inode: '13' },
      { status: 'fail', evidence: 'replaced by another file since its server was first seen', runbook: replaced },
    ],
    [
      'written to while served',
      { server: server(), ctimeMs: nowMs - 60_000 },
      { status: 'fail', evidence: 'changed since its server was first seen', runbook: replaced },
    ],
    [
      'unseen, but older than its server',
      { server: unseen },
      { status: 'pass', evidence: 'unchanged for 1m 30s, and since its server started' },
    ],
    [
      'unseen, and younger than its server',
      { server: unseen, ctimeMs: startedMs + 1 },
      {
        status: 'unknown',
        evidence: 'changed after its server started, which nobody saw: which file it loaded is not known',
      },
    ],
    [
      'seen late, and younger than its server',
      {
        server: server({ seenFromStart: false, fileThen: { sizeBytes: 4_920_000_000, inode: '12', ctimeMs: nowMs } }),
        ctimeMs: nowMs,
      },
      {
        status: 'unknown',
        evidence: 'changed after its server started, which nobody saw: which file it loaded is not known',
      },
    ],
    [
      'served, and not told',
      { server: server(), inode: undefined },
      { status: 'unknown', evidence: 'it could not be told' },
    ],
  ])('%s', (_, change, expected) => {
    const command = `stat -c '%n %F %s %z' ${model}; sleep 3; stat -c '%n %F %s %z' ${model}`;
    expect(judge(sizeStable, change)).toEqual({ ...expected, command });
  });

  it.each<[string, Change, Partial<NodeView>, object]>([
    ['silent', {}, { supervisor: failed() }, unknownOne],
    [
      'older than its program',
      {},
      {},
      { status: 'pass', evidence: 'unchanged for 1m 30s, and since its program started' },
    ],
    ['younger than its program', { ctimeMs: nowMs - 60_000 }, {}, unknownOne],
    [
      'not running',
      {},
      { supervisor: known(supervisorFacts(down('llama', 'STOPPED'))) },
      { status: 'pass', evidence: 'unchanged for 1m 30s' },
    ],
    [
      'growing',
      { stable: false },
      { supervisor: failed() },
      { status: 'fail', evidence: 'still changing, 4.58 GiB now' },
    ],
  ])('whose server nobody can see: %s', (_, change, view, expected) => {
    const entries = Object.entries({ ...modelFact(), serverUnseen: true, ...change });
    const models = known({ models: [Object.fromEntries(entries) as unknown as ModelFact], directories: [] });
    expect(sizeStable.judge('llama', healthyView({ models, ...view }))).toMatchObject(expected);
  });
});

describe('file_complete', () => {
  it.each<[string, Change, object]>([
    ['whole', {}, { status: 'pass', evidence: '4.58 GiB of 4.58 GiB required' }],
    ['a directory of parts', { requiredBytes: undefined }, { status: 'pass', evidence: 'all parts are there' }],
    [
      'cut',
      { complete: false, sizeBytes: 1_000_000_000, problems: ['1000000000 of 4920000000 bytes are there'] },
      { status: 'fail', evidence: '954 MiB of 4.58 GiB required; 1000000000 of 4920000000 bytes are there' },
    ],
    [
      'a web page in its place',
      { complete: false, requiredBytes: undefined, problems: ['it is no GGUF file'] },
      { status: 'fail', evidence: 'it is no GGUF file' },
    ],
    [
      'of a type that nobody knows',
      { complete: undefined, problems: ['tensor type 99 is not known'] },
      { status: 'unknown', evidence: 'tensor type 99 is not known' },
    ],
    ['not told', { complete: undefined }, { status: 'unknown', evidence: 'what it requires could not be told' }],
  ])('%s', (_, change, expected) => {
    expect(judge(fileComplete, change)).toEqual({ ...expected, command: gate });
  });

  it('is no item of a file that is not said to be a model', () => {
    const files = [{ name: 'tokenizer', path: '/m/tokenizer.json', program: 'llama', format: 'file' }];
    const view = healthyView({ config: configOf({ models: { files } }) });
    expect(fileComplete.subjects(view)).toEqual([]);
    expect(fileVisible.subjects(view)).toEqual(['tokenizer']);
  });
});

describe('file_visible', () => {
  it.each<[string, Change, object]>([
    ['there', {}, { status: 'pass', evidence: 'seen by name and in its directory' }],
    ['dangling', { anomalies: ['dangling_symlink', 'sparse'] }, { status: 'fail', evidence: 'dangling symlink' }],
    [
      'two views that disagree',
      { anomalies: ['listed_not_statable', 'statable_not_listed'] },
      { status: 'fail', evidence: 'listed not statable, statable not listed' },
    ],
    [
      'flickering',
      { presenceChangesMs: [nowMs - 60_000, nowMs - 30_000] },
      { status: 'fail', evidence: 'it came or went 2 times in 15m' },
    ],
    ['come once', { presenceChangesMs: [nowMs] }, { status: 'pass', evidence: 'seen by name and in its directory' }],
    ['not told', { present: undefined }, { status: 'unknown', evidence: 'it could not be told' }],
    [
      'in a directory that cannot be listed',
      { unlisted: true },
      { status: 'unknown', evidence: 'seen by name; its directory cannot be listed' },
    ],
  ])('%s', (_, change, expected) => {
    expect(judge(fileVisible, change)).toEqual({ ...expected, command: ls });
  });

  it('remembers what came and went before the exporter was restarted, for as long as its window', () => {
    const at = (atMs: number, detail: string) => ({ id: `${atMs}`, atMs, kind: 'model', subject: 'llama', detail });
    const events = [at(nowMs - 900_000, 'absent'), at(nowMs - 800_000, 'present'), at(nowMs - 700_000, 'replaced')];
    const models = known({ models: [modelFact({ presenceChangesMs: [nowMs - 60_000] })], directories: [] });
    const seen = (nowMs: number, more: typeof events) =>
      fileVisible.judge('llama', healthyView({ models, nowMs, events: [...events, ...more] }));
    expect(seen(nowMs, []).evidence).toBe('it came or went 2 times in 15m');
    expect(seen(nowMs, [at(nowMs - 60_000, 'absent')]).evidence).toBe('it came or went 2 times in 15m');
    expect(seen(nowMs + 100_000, []).status).toBe('pass');
  });
});

describe('without any facts', () => {
  it('the command is about the configured file, or the directory that its program has', () => {
    const view = healthyView({ models: failed() });
    expect(fileComplete.judge('llama', view)).toEqual({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
      command: gate,
    });
    const zero = healthyView({ models: failed(), config: configOf({ models: {} }) });
    expect(fileVisible.judge('llama', zero).command).toBe('ls -la /workspace/packages/models/llm');
  });
});
