import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { measureDirectory } from '../../../src/sources/model-file/directory.ts';
import { findMatches } from '../../../src/sources/model-file/matches.ts';
import { findNewestModel } from '../../../src/sources/model-file/newest.ts';
import { asNobody, useScratch } from './scratch.ts';

const scratch = useScratch();

test('what fits, directly in a directory, links followed', async () => {
  await writeFile(scratch('a.gguf'), 'x'.repeat(100));
  await writeFile(scratch('b.gguf.part'), 'x'.repeat(10));
  await symlink('a.gguf', scratch('link.gguf'));
  await symlink('none', scratch('dangling.gguf'));
  await mkdir(scratch('c.gguf'));
  expect(await measureDirectory.run(scratch(), { match: '*.gguf' })).toEqual({ files: 2, bytes: 200 });
});

test('everything below, links not followed', async () => {
  await mkdir(scratch('hub/blobs'), { recursive: true });
  await mkdir(scratch('hub/snapshots'), { recursive: true });
  await writeFile(scratch('hub/blobs/abc'), 'x'.repeat(1_000));
  await symlink('../blobs/abc', scratch('hub/snapshots/model.bin'));
  await writeFile(scratch('.hidden'), 'x');
  expect(await measureDirectory.run(scratch(), {})).toEqual({ files: 2, bytes: 1_001 });
});

test('an empty directory holds nothing; one that is not there, or may not be read, is no empty one', async () => {
  await mkdir(scratch('empty'));
  await mkdir(scratch('closed'), { mode: 0o700 });
  await chmod(scratch(), 0o755);
  for (const args of [{}, { match: '*.gguf' }]) {
    expect(await measureDirectory.run(scratch('empty'), args)).toEqual({ files: 0, bytes: 0 });
    await expect(measureDirectory.run(scratch('none'), args)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(asNobody(() => measureDirectory.run(scratch('closed'), args))).rejects.toMatchObject({
      code: 'EACCES',
    });
  }
});

test('the newest model, but neither a projector nor a later shard', async () => {
  const names = ['old.gguf', 'new-00001-of-00002.gguf', 'new-00002-of-00002.gguf', 'mmproj-new.gguf', 'x.gguf.part'];
  for (const [index, name] of names.entries()) {
    await writeFile(scratch(name), '');
    await utimes(scratch(name), 1_000 + index, 1_000 + index);
  }
  const found = await findNewestModel.run(scratch(), { match: '*.gguf' });
  expect(found).toEqual({ path: scratch('new-00001-of-00002.gguf') });
  await mkdir(scratch('empty'));
  expect(await findNewestModel.run(scratch('empty'), { match: '*.gguf' })).toBeNull();
});

test('files that a pattern fits', async () => {
  await mkdir(scratch('whisper/large'), { recursive: true });
  await writeFile(scratch('whisper/large/model.bin'), '');
  await writeFile(scratch('whisper/large/config.json'), '');
  expect(await findMatches.run('/', { pattern: `${scratch()}/*/large/{model.bin,*.json}` })).toEqual([
    scratch('whisper/large/config.json'),
    scratch('whisper/large/model.bin'),
  ]);
  expect(await findMatches.run(scratch('whisper'), { pattern: '**/model.bin' })).toHaveLength(1);
  expect(await findMatches.run('/', { pattern: `${scratch()}/none/*` })).toEqual([]);
});
