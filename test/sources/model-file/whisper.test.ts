import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { createModelReader } from '../../../src/sources/model-file/reader.ts';
import type { ModelVerdict } from '../../../src/sources/model-file/verdict.ts';
import { buildCtranslate2 } from './ctranslate2-build.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const model = buildCtranslate2();

function look(path: string): Promise<ModelVerdict> {
  return createModelReader(createTestHost().files, path, {}).look({ timeoutMs: 5_000 });
}

async function writeModel(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'model.bin'), model);
  await writeFile(join(directory, 'config.json'), '{"alignment_heads": []}');
  await writeFile(join(directory, 'tokenizer.json'), '{"version": "1.0"}');
  await writeFile(join(directory, 'vocabulary.txt'), 'a\nb\n');
}

describe('a converted model in a directory', () => {
  test('is complete with all that faster-whisper loads', async () => {
    await writeModel(scratch('large-v3'));
    const verdict = await look(scratch('large-v3'));
    expect(verdict).toMatchObject({ format: 'whisper', present: true, regular: true, readable: true, complete: true });
    expect(verdict.sizeBytes).toBe(verdict.requiredBytes);
    expect(verdict.problems).toEqual([]);
  });

  test.each(['model.bin', 'config.json', 'tokenizer.json', 'vocabulary.txt'])('%s is needed', async (name) => {
    await writeModel(scratch('m'));
    await rm(scratch('m', name));
    const { complete, problems } = await look(scratch('m'));
    expect(complete).toBe(false);
    expect(problems).toEqual([`m/${name.replace(/txt$/, '*')} is missing`]);
  });

  test('a cut model.bin is told to the byte', async () => {
    await writeModel(scratch('m'));
    await truncate(scratch('m', 'model.bin'), model.length - 1);
    expect(await look(scratch('m'))).toMatchObject({ complete: false });
    await writeFile(scratch('m', 'model.bin'), model);
    expect(await look(scratch('m'))).toMatchObject({ complete: true });
  });

  test('a cut tokenizer.json is noticed', async () => {
    await writeModel(scratch('m'));
    await writeFile(scratch('m', 'tokenizer.json'), '{"version": "1.');
    expect(await look(scratch('m'))).toMatchObject({ complete: false, problems: ['not valid JSON, as if cut'] });
  });
});

describe('a Hugging Face cache', () => {
  const repository = (): string => scratch('models--Systran--faster-whisper-large-v3');
  const commit = 'edaa852ec7e145841d8ffdb056a99866b5f0a478';

  async function writeCache(): Promise<void> {
    await writeModel(join(repository(), 'blobs'));
    await mkdir(join(repository(), 'refs'), { recursive: true });
    await writeFile(join(repository(), 'refs', 'main'), commit);
    await mkdir(join(repository(), 'snapshots', commit), { recursive: true });
    for (const name of ['model.bin', 'config.json', 'tokenizer.json', 'vocabulary.txt']) {
      await symlink(`../../blobs/${name}`, join(repository(), 'snapshots', commit, name));
    }
  }

  test('is complete with a snapshot whose links lead to blobs', async () => {
    await writeCache();
    for (const path of [repository(), scratch()]) {
      expect(await look(path)).toMatchObject({ present: true, regular: true, complete: true, problems: [] });
    }
  });

  test.each([
    ['for alignment', ['config.json', 'pytorch_model.bin', 'vocab.json']],
    ['for alignment, newer', ['config.json', 'model.safetensors', 'tokenizer.json']],
    ['for speakers', ['config.yaml', 'pytorch_model.bin']],
    ['for speakers, that is only settings', ['config.yaml', 'README.md']],
  ])('may hold a model %s beside it', async (_, names) => {
    await writeCache();
    const other = scratch('models--other--model', 'snapshots', commit);
    await mkdir(other, { recursive: true });
    for (const name of names) await writeFile(join(other, name), '{}');
    expect(await look(scratch())).toMatchObject({ complete: true, problems: [] });
    await rm(repository(), { recursive: true });
    expect(await look(scratch())).toMatchObject({ complete: false, problems: ['model.bin is missing'] });
  });

  test('may hold a second one that is not complete', async () => {
    await writeCache();
    await mkdir(scratch('models--Systran--faster-whisper-base', 'snapshots', commit), { recursive: true });
    await writeFile(scratch('models--Systran--faster-whisper-base', 'snapshots', commit, 'config.json'), '{}');
    expect(await look(scratch())).toMatchObject({ complete: false });
  });

  test('is incomplete while a blob is being downloaded', async () => {
    await writeCache();
    await rm(join(repository(), 'blobs', 'model.bin'));
    await writeFile(join(repository(), 'blobs', 'model.bin.incomplete'), model.subarray(0, 100));
    const verdict = await look(repository());
    expect(verdict).toMatchObject({ present: true, complete: false });
    expect(verdict.anomalies).toMatchObject({ dangling_symlink: true, partial_twin: true });
  });

  test('is incomplete before there is a snapshot', async () => {
    await mkdir(join(repository(), 'blobs'), { recursive: true });
    await writeFile(join(repository(), 'blobs', 'x.incomplete'), '');
    expect(await look(repository())).toMatchObject({ present: true, complete: false, twins: [{ inPlace: false }] });
  });
});

test('a directory without a model in it lacks one', async () => {
  await mkdir(scratch('empty'));
  expect(await look(scratch('empty'))).toMatchObject({
    present: true,
    complete: false,
    problems: ['model.bin is missing'],
  });
});

test('no directory', async () => {
  const reader = createModelReader(createTestHost().files, scratch('none'), { format: 'whisper' });
  const verdict = await reader.look({ timeoutMs: 5_000 });
  expect(verdict).toMatchObject({ present: false, regular: false, readable: false, complete: undefined });
});
