/** What the files near a model, its shards, its holes and its types make of it. */
import { mkdir, rename, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { createModelReader } from '../../../src/sources/model-file/reader.ts';
import type { ModelVerdict } from '../../../src/sources/model-file/verdict.ts';
import { buildGguf, floats, smallModel, types, u16 } from '../gguf/build.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const call = { timeoutMs: 5_000 };

function look(path: string): Promise<ModelVerdict> {
  return createModelReader(createTestHost().files, path, {}).look(call);
}

function seen(verdict: ModelVerdict): string[] {
  return Object.entries(verdict.anomalies).flatMap(([name, there]) => (there ? [name] : []));
}

describe('what lies next to it', () => {
  test.each([
    'm.gguf.part',
    'm.gguf.aria2',
    '.m.gguf.x1Y2z3',
    'm.gguf.6eF7a2B1',
    'm.gguf.1a2b3c4d.partial',
    'm.gguf_.gstmp',
  ])('%s tells of a download', async (name) => {
    await writeFile(scratch('m.gguf'), smallModel().whole);
    await writeFile(scratch(name), '');
    expect(seen(await look(scratch('m.gguf')))).toEqual(['partial_twin']);
    await unlink(scratch('m.gguf'));
    expect(seen(await look(scratch('m.gguf')))).toEqual(['partial_twin']);
  });

  test('a download into a local directory by huggingface_hub', async () => {
    await writeFile(scratch('m.gguf'), smallModel().whole);
    await mkdir(scratch('.cache/huggingface/download'), { recursive: true });
    await writeFile(scratch('.cache/huggingface/download/m.gguf.abc123.incomplete'), '');
    const verdict = await look(scratch('m.gguf'));
    expect(verdict.twins).toEqual([{ name: '.cache/huggingface/download/m.gguf.abc123.incomplete', inPlace: false }]);
  });

  test.each(['.rsync-partial', '.~tmp~', '._____temp'])('%s, where it keeps its name', async (directory) => {
    await writeFile(scratch('m.gguf'), smallModel().whole);
    await mkdir(scratch(directory));
    await writeFile(scratch(directory, 'other.gguf'), '');
    expect(seen(await look(scratch('m.gguf')))).toEqual([]);
    await writeFile(scratch(directory, 'm.gguf'), '');
    expect(seen(await look(scratch('m.gguf')))).toEqual(['partial_twin']);
  });

  test('a Hugging Face cache, with the name as a link to a blob', async () => {
    await mkdir(scratch('blobs'));
    await mkdir(scratch('snapshots'));
    await symlink('../blobs/e3b0c442', scratch('snapshots/m.gguf'));
    await writeFile(scratch('blobs/e3b0c442.incomplete'), smallModel().whole);
    expect(seen(await look(scratch('snapshots/m.gguf')))).toEqual(['dangling_symlink']);
    await rename(scratch('blobs/e3b0c442.incomplete'), scratch('blobs/e3b0c442'));
    expect(await look(scratch('snapshots/m.gguf'))).toMatchObject({ present: true, complete: true });
    await writeFile(scratch('blobs/e3b0c442.incomplete'), '');
    expect(seen(await look(scratch('snapshots/m.gguf')))).toEqual(['partial_twin']);
  });

  test('another model is no twin', async () => {
    for (const name of ['m.gguf', 'm2.gguf', 'm.gguf.sha256', 'm.gguf.bak', 'other.gguf.part']) {
      await writeFile(scratch(name), smallModel().whole);
    }
    expect(seen(await look(scratch('m.gguf')))).toEqual([]);
  });
});

describe('holes and zeros', () => {
  const { whole, header } = buildGguf({ tensors: floats(100_000, 100_000) });

  test('a file with a hole in it is sparse', async () => {
    await writeFile(scratch('m.gguf'), whole.subarray(0, 200_000));
    await truncate(scratch('m.gguf'), whole.length);
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ complete: true, maybeUnfilled: true, sizeBytes: whole.length });
    expect(verdict.allocatedBytes).toBeLessThan(210_000);
    expect(seen(verdict)).toEqual(['sparse', 'zero_tail']);
  });

  test('a preallocated file that is filled to a part ends in zeros', async () => {
    await writeFile(
      scratch('m.gguf'),
      Buffer.concat([whole.subarray(0, 700_000), Buffer.alloc(whole.length - 700_000)]),
    );
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ complete: true, maybeUnfilled: true });
    expect(seen(verdict)).toEqual(['zero_tail']);
  });

  test('a model of nothing but zeros is strange, but not half filled', async () => {
    await writeFile(scratch('m.gguf'), Buffer.concat([header, Buffer.alloc(whole.length - header.length)]));
    expect(await look(scratch('m.gguf'))).toMatchObject({ complete: true, maybeUnfilled: false });
  });

  test('zeros behind what the model needs are nobody’s business', async () => {
    await writeFile(scratch('m.gguf'), Buffer.concat([whole, Buffer.alloc(500_000)]));
    expect(seen(await look(scratch('m.gguf')))).toEqual([]);
  });

  test('a model may end in a small tensor of zeros', async () => {
    const copy = Buffer.from(whole);
    copy.fill(0, copy.length - 4_000);
    await writeFile(scratch('m.gguf'), copy);
    expect(seen(await look(scratch('m.gguf')))).toEqual([]);
  });
});

describe('shards', () => {
  const shard = (index: number, count = 3): Buffer =>
    buildGguf({
      keys: [
        ['split.no', types.u16, u16(index)],
        ['split.count', types.u16, u16(count)],
      ],
      tensors: floats(1000 * (index + 1)),
    }).whole;
  const path = (number: number): string => scratch(`m-0000${number}-of-00003.gguf`);

  test('all of them make the model', async () => {
    for (const number of [1, 2, 3]) await writeFile(path(number), shard(number - 1));
    const total = [0, 1, 2].reduce((sum, index) => sum + shard(index).length, 0);
    for (const number of [1, 2, 3]) {
      expect(await look(path(number))).toMatchObject({ complete: true, sizeBytes: total, requiredBytes: total });
    }
  });

  test('one that is missing, or cut, makes it incomplete', async () => {
    for (const number of [1, 2]) await writeFile(path(number), shard(number - 1));
    expect(await look(path(1))).toMatchObject({
      present: true,
      complete: false,
      requiredBytes: undefined,
      problems: ['shard 3 (m-00003-of-00003.gguf) does not exist'],
    });
    await writeFile(path(3), shard(2).subarray(0, 5_000));
    expect(await look(path(1))).toMatchObject({ present: true, complete: false });
  });

  test('a shard under a wrong name is refused, as by llama.cpp', async () => {
    for (const number of [1, 2, 3]) await writeFile(path(number), shard(number - 1));
    await writeFile(path(2), shard(2));
    expect((await look(path(1))).problems).toEqual([
      'm-00002-of-00003.gguf says that it is shard 3 of 3, but its name says otherwise',
    ]);
    await writeFile(scratch('alone.gguf'), shard(0));
    expect((await look(scratch('alone.gguf'))).problems).toEqual([
      'alone.gguf says that it is shard 1 of 3, but its name does not',
    ]);
  });
});

describe('types that are not known', () => {
  const tensors = [...floats(100), { name: 'new', dimensions: [64], type: 99, bytes: 64 }];
  const { whole, header } = buildGguf({ tensors });

  test('leave it open whether the model is complete', async () => {
    await writeFile(scratch('m.gguf'), whole);
    const verdict = await look(scratch('m.gguf'));
    expect(verdict.complete).toBeUndefined();
    expect(verdict.requiredBytes).toBeUndefined();
    expect(verdict.problems).toEqual(['tensors of unknown size: type 99']);
  });

  test('but what ends before they begin is cut', async () => {
    await writeFile(scratch('m.gguf'), whole.subarray(0, header.length + 100));
    expect(await look(scratch('m.gguf'))).toMatchObject({ complete: false });
  });
});
