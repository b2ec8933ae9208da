import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { modelsModule } from '../../../src/collectors/models/index.ts';
import type { ModelFact, ModelsFacts } from '../../../src/collectors/models/index.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { Collector, OkOutcome, Sample } from '../../../src/core/contract.ts';
import type { Files } from '../../../src/core/host.ts';
import { parseStat } from '../../../src/sources/procfs/stat.ts';
import { smallModel } from '../../sources/gguf/build.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { fakeNode, fakeSources, programStatus, stanza } from './sources.ts';
import type { FakeNode } from './sources.ts';
import { collect } from './timeline.ts';

const scratch = useScratch();
const { whole, requiredBytes } = smallModel();
const children: ChildProcess[] = [];
let node: FakeNode = fakeNode();
let host = createTestHost();

beforeEach(() => {
  node = fakeNode();
  host = createTestHost();
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

function create(section: unknown, restored?: unknown): Collector<ModelsFacts> {
  const config = modelsModule.configSchema.parse(section);
  const collector = modelsModule.create(config, { host, sources: fakeSources(node), programs: ['llama'], restored });
  if (collector === undefined) throw new Error('not configured');
  return collector;
}

const oneModel = (): unknown => ({
  files: [{ name: 'llama', path: scratch('m.gguf'), program: 'llama' }],
  directories: [],
});
const discovered = (): unknown => ({
  files: [{ name: 'llama', program: 'llama', format: 'gguf' }],
  directories: [{ path: scratch('llm'), match: '*.gguf', program: 'llama' }],
});

function value(outcome: OkOutcome<ModelsFacts>, name: string, labels: Record<string, string> = {}): number | undefined {
  const found = outcome.samples.filter(
    (sample) =>
      sample.metric.name === name && Object.entries(labels).every(([key, each]) => sample.labels[key] === each),
  );
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0]?.value as number | undefined;
}

function only(outcome: OkOutcome<ModelsFacts>): ModelFact {
  const [fact] = outcome.facts.models;
  if (fact === undefined) throw new Error('no model');
  return fact;
}

/** Puts a real process into the node as llama's. */
async function serve(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  const process = parseStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));
  if (process === undefined) throw new Error('no process');
  node.processes = [{ program: 'llama', process }];
  return process.pid;
}

const mapsItsModel = `
import mmap, sys, time
with open(sys.argv[2], 'rb') as file: mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
print(1, flush=True)
time.sleep(600)`;

async function serveModel(path: string): Promise<number> {
  await writeFile(scratch('llama-server.py'), mapsItsModel);
  return serve('/usr/bin/python3', [scratch('llama-server.py'), '-m', path]);
}

test('a model at rest, in numbers', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = create(oneModel());
  await collect(collector);
  host.clock.nowMs += 3_000;
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
  expect(value(outcome, 'gpunode_model_info', info)).toBe(1);
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
  const outcome = await collect(create(oneModel()));
  const names = outcome.samples.map(({ metric }) => metric.name).filter((name) => !/anomaly|info/.test(name));
  expect(names).toEqual(['gpunode_model_file_present', 'gpunode_model_file_regular', 'gpunode_model_file_readable']);
  expect(value(outcome, 'gpunode_model_file_present')).toBe(0);
});

test('what changes is looked at every second, and what happens is told once', async () => {
  const collector = create(oneModel());
  expect((await collect(collector)).nextInMs).toBeUndefined();
  const story: string[] = [];
  const then = async (action: () => Promise<void>): Promise<number | undefined> => {
    await action();
    host.clock.nowMs += 1_000;
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
  host.clock.nowMs += 16 * 60_000;
  const outcome = await collect(collector);
  expect(outcome.nextInMs).toBeUndefined();
  expect(only(outcome).presenceChangesMs).toEqual([]);
});

test('a path that never answers costs only itself', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const { files } = host;
  const hangs: Files = {
    stuckMs: () => 0,
    call: (operation, path, args, options) =>
      path.startsWith('/hung')
        ? Promise.reject(new SourceError('timeout', 'no answer'))
        : files.call(operation, path, args, options),
  };
  host = createTestHost({ files: hangs });
  const hung = { name: 'hung', path: '/hung/m.gguf', program: 'llama' };
  const outcome = await collect(
    create({ files: [hung, { ...hung, name: 'fine', path: scratch('m.gguf') }], directories: [] }),
  );
  expect(outcome.facts.models).toMatchObject([
    { model: 'hung', unknown: 'no answer' },
    { model: 'fine', complete: true },
  ]);
  expect(outcome.samples.filter(({ labels }) => labels['model'] === 'hung').map(({ metric }) => metric.name)).toEqual([
    'gpunode_model_info',
  ]);
  const nothing = create({ files: [hung], directories: [] });
  await expect(collect(nothing)).rejects.toMatchObject({ reason: 'timeout' });
});

describe('the server', () => {
  test('is remembered with the file that it was started on', async () => {
    await writeFile(scratch('m.gguf'), whole);
    const collector = create(oneModel());
    expect(only(await collect(collector)).server).toBeUndefined();
    const pid = await serveModel(scratch('m.gguf'));
    const seen = only(await collect(collector));
    expect(seen.server).toMatchObject({ pid, seenFromStart: true, firstSeenMs: host.clock.nowMs });
    expect(seen.server?.fileThen).toEqual({ sizeBytes: whole.length, inode: seen.inode, ctimeMs: seen.ctimeMs });
    await truncate(scratch('m.gguf'), 700);
    const cut = only(await collect(collector));
    expect(cut).toMatchObject({ complete: false, sizeBytes: 700, server: { fileThen: { sizeBytes: whole.length } } });
    expect(cut.anomalies).toEqual([]);
  });

  test('that ran before the exporter has not been seen from its start', async () => {
    await writeFile(scratch('m.gguf'), whole);
    await serveModel(scratch('m.gguf'));
    const [{ process } = { process: undefined }] = node.processes;
    if (process === undefined) throw new Error('no process');
    // As if it had started a minute earlier.
    node.processes = [{ program: 'llama', process: { ...process, startTicks: process.startTicks - 6_000 } }];
    const { server } = only(await collect(create(oneModel())));
    expect(server).toMatchObject({ seenFromStart: false });
    expect(host.clock.nowMs - (server?.startedMs ?? 0)).toBeGreaterThan(59_000);
  });

  test('is known again after a restart of the exporter', async () => {
    await writeFile(scratch('m.gguf'), whole);
    const first = create(oneModel());
    await collect(first);
    await serveModel(scratch('m.gguf'));
    const { saved, facts } = await collect(first);
    await truncate(scratch('m.gguf'), 700);
    host.clock.nowMs += 60_000;
    const again = create(oneModel(), JSON.parse(JSON.stringify(saved?.data)));
    expect(only(await collect(again)).server).toEqual(facts.models[0]?.server);
    expect((await collect(again)).saved?.changed).toBe('none');
  });

  test('serves another file than the one that has its name now', async () => {
    await writeFile(scratch('m.gguf'), whole);
    const collector = create(oneModel());
    await serveModel(scratch('m.gguf'));
    await collect(collector);
    await writeFile(scratch('new'), whole);
    await rename(scratch('new'), scratch('m.gguf'));
    const outcome = await collect(collector);
    expect(value(outcome, 'gpunode_model_file_anomaly', { anomaly: 'replaced_while_mapped' })).toBe(1);
  });

  test('cannot be seen: then nothing is said of what it maps', async () => {
    await writeFile(scratch('m.gguf'), whole);
    node.down = true;
    const outcome = await collect(create(oneModel()));
    expect(value(outcome, 'gpunode_model_file_complete')).toBe(1);
    expect(value(outcome, 'gpunode_model_file_anomaly', { anomaly: 'replaced_while_mapped' })).toBeUndefined();
  });
});

describe('which model', () => {
  beforeEach(async () => {
    await mkdir(scratch('llm'));
    for (const [index, name] of ['served', 'scripted', 'newest'].entries()) {
      await writeFile(scratch('llm', `${name}.gguf`), whole);
      await utimes(scratch('llm', `${name}.gguf`), 1_000 + index, 1_000 + index);
    }
    await writeFile(
      scratch('start-llama.sh'),
      `#!/bin/sh\nMODEL="\${MODEL:-${scratch('llm/scripted.gguf')}}"\nllama-server -m "$MODEL"\n`,
    );
  });

  const located = async (collector: Collector<ModelsFacts>): Promise<unknown> => {
    const { path, pathFrom } = only(await collect(collector));
    return [path?.replace(`${scratch('llm')}/`, ''), pathFrom];
  };

  test('the newest, where nothing says more', async () => {
    expect(await located(create(discovered()))).toEqual(['newest.gguf', 'newest']);
  });

  test('the one that the start script names', async () => {
    node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
    expect(await located(create(discovered()))).toEqual(['scripted.gguf', 'start_script']);
  });

  test('the one that the stanza names', async () => {
    node.stanzas = [stanza('llama', `/app/llama-server -m ${scratch('llm/scripted.gguf')} --port 8081`)];
    expect(await located(create(discovered()))).toEqual(['scripted.gguf', 'start_script']);
  });

  test('the one that is served, also when the server has gone, until its script changes', async () => {
    node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
    const collector = create(discovered());
    await serveModel(scratch('llm/served.gguf'));
    expect(await located(collector)).toEqual(['served.gguf', 'command_line']);
    node.processes = [];
    expect(await located(collector)).toEqual(['served.gguf', 'remembered']);
    const { saved } = await collect(collector);
    expect(await located(create(discovered(), saved?.data))).toEqual(['served.gguf', 'remembered']);
    await writeFile(scratch('start-llama.sh'), `#!/bin/sh\nllama-server -m ${scratch('llm/newest.gguf')}\n`);
    expect(await located(collector)).toEqual(['newest.gguf', 'start_script']);
  });

  test('one that is named and not there is missing', async () => {
    await rm(scratch('llm/scripted.gguf'));
    node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
    expect(only(await collect(create(discovered())))).toMatchObject({
      path: scratch('llm/scripted.gguf'),
      present: false,
    });
  });

  test('one that was found keeps its path when its directory empties', async () => {
    const collector = create(discovered());
    await collect(collector);
    await rm(scratch('llm'), { recursive: true });
    expect(only(await collect(collector))).toMatchObject({ path: scratch('llm/newest.gguf'), present: false });
  });

  test('none in the directory of a program that exists is a missing model', async () => {
    await rm(scratch('llm'), { recursive: true });
    const outcome = await collect(create(discovered()));
    expect(only(outcome)).toMatchObject({ pathFrom: 'nowhere', present: false, readable: false });
    expect(value(outcome, 'gpunode_model_file_present')).toBe(0);
  });

  test('none for a program that does not exist is nothing', async () => {
    await rm(scratch('llm'), { recursive: true });
    node.programs = [programStatus('fastapi')];
    const outcome = await collect(create(discovered()));
    expect(outcome.samples).toEqual([]);
  });
});

test('a program in a group has the label that supervisorctl prints, also when supervisord cannot be asked', async () => {
  await writeFile(scratch('m.gguf'), whole);
  node.programs = [programStatus('compute:llama')];
  const collector = create(oneModel());
  expect(only(await collect(collector)).program).toBe('compute:llama');
  node.down = true;
  const { saved, facts } = await collect(collector);
  expect(facts.models[0]?.program).toBe('compute:llama');
  expect(only(await collect(create(oneModel(), saved?.data))).program).toBe('compute:llama');
});

test('directories are counted, and one that cannot be is not empty', async () => {
  await mkdir(scratch('llm'));
  await writeFile(scratch('llm/a.gguf'), 'x'.repeat(10));
  await writeFile(scratch('llm/readme'), 'x'.repeat(5));
  const directories = [
    { path: scratch('llm'), match: '*.gguf', program: 'llama' },
    { path: scratch('whisperx'), program: 'worker-gpu' },
  ];
  const outcome = await collect(create({ files: [], directories }));
  expect(value(outcome, 'gpunode_model_directory_files', { directory: scratch('llm'), program: 'llama' })).toBe(1);
  expect(value(outcome, 'gpunode_model_directory_bytes', { directory: scratch('llm') })).toBe(10);
  expect(value(outcome, 'gpunode_model_directory_files', { directory: scratch('whisperx') })).toBeUndefined();
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
  const context = { host, sources: fakeSources(node), programs: [], restored: undefined };
  expect(modelsModule.create(config, context)).toBeUndefined();
});
