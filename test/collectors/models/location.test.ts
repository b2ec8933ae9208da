/** Which file a model is, where the configuration does not say it. */
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import type { ModelsFacts } from '../../../src/collectors/models/index.ts';
import type { Collector } from '../../../src/core/contract.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { only, useHarness, valueOf, whole } from './harness.ts';
import { programStatus, stanza } from './sources.ts';
import { collect } from './timeline.ts';

const scratch = useScratch();
const harness = useHarness();

const discovered = (): unknown => ({
  files: [{ name: 'llama', program: 'llama', format: 'gguf' }],
  directories: [{ path: scratch('llm'), match: '*.gguf', program: 'llama' }],
});

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
  expect(await located(harness.create(discovered()))).toEqual(['newest.gguf', 'newest']);
});

test('the one that the start script names', async () => {
  harness.node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
  expect(await located(harness.create(discovered()))).toEqual(['scripted.gguf', 'start_script']);
});

test('the one that the stanza’s environment names to the script, also instead of the one that was served before', async () => {
  const command = `/bin/bash ${scratch('start-llama.sh')}`;
  harness.node.stanzas = [stanza('llama', command)];
  const collector = harness.create(discovered());
  await harness.serveModel(scratch('llama-server.py'), scratch('llm/served.gguf'));
  expect(await located(collector)).toEqual(['served.gguf', 'command_line']);
  harness.node.processes = [];
  harness.node.stanzas = [stanza('llama', command, undefined, { MODEL: scratch('llm/newest.gguf') })];
  expect(await located(collector)).toEqual(['newest.gguf', 'start_script']);
});

test('the one that the stanza names', async () => {
  harness.node.stanzas = [stanza('llama', `/app/llama-server -m ${scratch('llm/scripted.gguf')} --port 8081`)];
  expect(await located(harness.create(discovered()))).toEqual(['scripted.gguf', 'start_script']);
});

test('the one that is served, also when the server has gone, until its script changes', async () => {
  harness.node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
  const collector = harness.create(discovered());
  await harness.serveModel(scratch('llama-server.py'), scratch('llm/served.gguf'));
  expect(await located(collector)).toEqual(['served.gguf', 'command_line']);
  harness.node.processes = [];
  expect(await located(collector)).toEqual(['served.gguf', 'remembered']);
  const { saved } = await collect(collector);
  expect(await located(harness.create(discovered(), saved?.data))).toEqual(['served.gguf', 'remembered']);
  await writeFile(scratch('start-llama.sh'), `#!/bin/sh\nllama-server -m ${scratch('llm/newest.gguf')}\n`);
  expect(await located(collector)).toEqual(['newest.gguf', 'start_script']);
});

test('one that is named and not there is missing', async () => {
  await rm(scratch('llm/scripted.gguf'));
  harness.node.stanzas = [stanza('llama', `/bin/bash ${scratch('start-llama.sh')}`)];
  expect(only(await collect(harness.create(discovered())))).toMatchObject({
    path: scratch('llm/scripted.gguf'),
    present: false,
  });
});

test('one that was found keeps its path when its directory empties', async () => {
  const collector = harness.create(discovered());
  await collect(collector);
  await rm(scratch('llm'), { recursive: true });
  expect(only(await collect(collector))).toMatchObject({ path: scratch('llm/newest.gguf'), present: false });
});

test('none in the directory of a program that exists is a missing model', async () => {
  await rm(scratch('llm'), { recursive: true });
  const outcome = await collect(harness.create(discovered()));
  expect(only(outcome)).toMatchObject({ pathFrom: 'nowhere', present: false, readable: false });
  expect(valueOf(outcome, 'gpunode_model_file_present')).toBe(0);
});

test('none for a program that does not exist is nothing', async () => {
  await rm(scratch('llm'), { recursive: true });
  harness.node.programs = [programStatus('fastapi')];
  const outcome = await collect(harness.create(discovered()));
  expect(outcome.samples).toEqual([]);
});
