import { mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { modelsModule } from '../../../src/collectors/models/index.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { Sample } from '../../../src/core/contract.ts';
import type { Files } from '../../../src/core/host.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { only, requiredBytes, useHarness, valueOf, whole } from './harness.ts';
import { fakeSources, programStatus } from './sources.ts';
import { collect } from './timeline.ts';

const scratch = useScratch();
const harness = useHarness();

const oneModel = (): unknown => ({
  files: [{ name: 'llama', path: scratch('m.gguf'), program: 'llama' }],
  directories: [],
});
test('a model at rest, in numbers', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = harness.create(oneModel());
  await collect(collector);
  harness.host.clock.nowMs += 3_000;
  const outcome = await collect(collector);
  const labels = { model: 'llama', program: 'llama' };
  const plain = outcome.samples.filter(({ metric }) => !/info|anomaly|timestamp|allocated/.test(metric.name));
  expect(Object.fromEntries(plain.map(({ metric, value }) => [metric.name, value]))).toEqual({
    gpunode_model_file_present: 1,
    gpunode_model_file_regular: 1,
    gpunode_model_file_readable: 1,
    gpunode_model_file_size_bytes: requiredBytes,
    gpunode_model_file_required_bytes: requiredBytes,
    gpunode_model_file_complete: 1,
    gpunode_model_file_stable: 1,
  });
  const info = { ...labels, path: scratch('m.gguf'), architecture: 'llama', quantization: 'Q4_K_M' };
  expect(valueOf(outcome, 'gpunode_model_info', info)).toBe(1);
  const anomalies = outcome.samples.filter(({ metric }) => metric.name === 'gpunode_model_file_anomaly');
  expect(anomalies.map((sample: Sample) => [sample.labels['anomaly'], sample.value])).toEqual([
    ['dangling_symlink', 0],
    ['listed_not_statable', 0],
    ['statable_not_listed', 0],
    ['partial_twin', 0],
    ['sparse', 0],
    ['zero_tail', 0],
    ['replaced_while_mapped', 0],
  ]);
  expect(outcome.nextInMs).toBeUndefined();
});

test('an absent model is absent, and nothing else is said of it', async () => {
  const outcome = await collect(harness.create(oneModel()));
  const names = outcome.samples.map(({ metric }) => metric.name).filter((name) => !/anomaly|info/.test(name));
  expect(names).toEqual(['gpunode_model_file_present', 'gpunode_model_file_regular', 'gpunode_model_file_readable']);
  expect(valueOf(outcome, 'gpunode_model_file_present')).toBe(0);
});

test('what changes is looked at every second, and what happens is told once', async () => {
  const collector = harness.create(oneModel());
  expect((await collect(collector)).nextInMs).toBeUndefined();
  const story: string[] = [];
  const then = async (action: () => Promise<void>): Promise<number | undefined> => {
    await action();
    harness.host.clock.nowMs += 1_000;
    const { events = [], nextInMs } = await collect(collector);
    story.push(...events.map(({ detail = '' }) => detail));
    return nextInMs;
  };
  expect(await then(() => writeFile(scratch('m.gguf'), whole.subarray(0, 500)))).toBe(1_000);
  await then(() => writeFile(scratch('m.gguf'), whole));
  await then(() => rename(scratch('m.gguf'), scratch('away')));
  await then(() => writeFile(scratch('m.gguf'), whole));
  await then(() => truncate(scratch('m.gguf'), 700));
  expect(story).toEqual([
    'present',
    'incomplete',
    'complete',
    'absent',
    'present',
    'replaced',
    'complete',
    'incomplete',
  ]);
  expect(only(await collect(collector)).presenceChangesMs).toHaveLength(3);
  harness.host.clock.nowMs += 16 * 60_000;
  const outcome = await collect(collector);
  expect(outcome.nextInMs).toBeUndefined();
  expect(only(outcome).presenceChangesMs).toEqual([]);
});

test('whoever waits for a model at rest is told as soon as it is, not at the next round second', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = harness.create({ ...(oneModel() as object), stable_for: '2500ms' });
  const asked: (number | undefined)[] = [];
  for (let looks = 0; looks < 4; looks++) {
    const { nextInMs } = await collect(collector);
    asked.push(nextInMs);
    harness.host.clock.nowMs += nextInMs ?? 0;
  }
  // The last one is a little late, lest it were a little early.
  expect(asked).toEqual([1_000, 1_000, 525, undefined]);
});

test('a path that never answers costs only itself', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const { files } = harness.host;
  const hangs: Files = {
    stuckMs: () => 0,
    call: (operation, path, args, options) =>
      path.startsWith('/hung')
        ? Promise.reject(new SourceError('timeout', 'no answer'))
        : files.call(operation, path, args, options),
  };
  harness.host = createTestHost({ files: hangs });
  const hung = { name: 'hung', path: '/hung/m.gguf', program: 'llama' };
  const outcome = await collect(
    harness.create({ files: [hung, { ...hung, name: 'fine', path: scratch('m.gguf') }], directories: [] }),
  );
  expect(outcome.facts.models).toMatchObject([
    { model: 'hung', unknown: 'no answer' },
    { model: 'fine', complete: true },
  ]);
  expect(outcome.samples.filter(({ labels }) => labels['model'] === 'hung').map(({ metric }) => metric.name)).toEqual([
    'gpunode_model_info',
  ]);
  const nothing = harness.create({ files: [hung], directories: [] });
  await expect(collect(nothing)).rejects.toMatchObject({ reason: 'timeout' });
});

test('a program in a group has the label that supervisorctl prints, also when supervisord cannot be asked', async () => {
  await writeFile(scratch('m.gguf'), whole);
  harness.node.programs = [programStatus('compute:llama')];
  const collector = harness.create(oneModel());
  expect(only(await collect(collector)).program).toBe('compute:llama');
  harness.node.down = true;
  const { saved, facts } = await collect(collector);
  expect(facts.models[0]).toMatchObject({ program: 'compute:llama', serverUnseen: true });
  expect(only(await collect(harness.create(oneModel(), saved?.data))).program).toBe('compute:llama');
});

test('of a program whose processes are hidden nobody knows which file it serves', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = harness.create(oneModel());
  expect(only(await collect(collector)).serverUnseen).toBeUndefined();
  harness.node.unseen = ['llama'];
  const outcome = await collect(collector);
  expect(only(outcome).serverUnseen).toBe(true);
  expect(valueOf(outcome, 'gpunode_model_file_anomaly', { anomaly: 'replaced_while_mapped' })).toBeUndefined();
});

test('directories are counted, and one that cannot be is not empty', async () => {
  await mkdir(scratch('llm'));
  await writeFile(scratch('llm/a.gguf'), 'x'.repeat(10));
  await writeFile(scratch('llm/readme'), 'x'.repeat(5));
  const directories = [
    { path: scratch('llm'), match: '*.gguf', program: 'llama' },
    { path: scratch('whisperx'), program: 'worker-gpu' },
  ];
  const outcome = await collect(harness.create({ files: [], directories }));
  expect(valueOf(outcome, 'gpunode_model_directory_files', { directory: scratch('llm'), program: 'llama' })).toBe(1);
  expect(valueOf(outcome, 'gpunode_model_directory_bytes', { directory: scratch('llm') })).toBe(10);
  expect(valueOf(outcome, 'gpunode_model_directory_files', { directory: scratch('whisperx') })).toBeUndefined();
});

test.each([
  ['a relative path', { files: [{ name: 'a', path: 'm.gguf', program: 'llama' }] }, 'expected an absolute path'],
  [
    'one name twice',
    {
      files: [
        { name: 'a', program: 'x' },
        { name: 'a', program: 'y' },
      ],
    },
    'a is there already',
  ],
  [
    'one directory twice',
    {
      directories: [
        { path: '/a', program: 'x' },
        { path: '/a', program: 'y' },
      ],
    },
    '/a is there already',
  ],
  ['an unknown format', { files: [{ name: 'a', program: 'x', format: 'onnx' }] }, 'Invalid option'],
  ['an unknown key', { stable: '3s' }, 'Unrecognized key'],
])('refuses %s', (_, section, message) => {
  const { error } = modelsModule.configSchema.safeParse(section);
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});

test('without models and directories it is not configured', () => {
  const config = modelsModule.configSchema.parse({ files: [], directories: [] });
  const { host, node } = harness;
  const context = { host, sources: fakeSources(node), programs: [], restored: undefined };
  expect(modelsModule.create(config, context)).toBeUndefined();
});
