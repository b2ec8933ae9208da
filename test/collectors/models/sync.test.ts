/** How models really arrive: what the collector sees on the way, and when the gate opens. */
import { execFileSync } from 'node:child_process';
import { appendFile, chmod, open, rename, rm, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildGguf, floats, types, u16 } from '../../sources/gguf/build.ts';
import { asNobody, useScratch } from '../../sources/model-file/scratch.ts';
import { watchModel } from './timeline.ts';

const scratch = useScratch();
const { whole } = buildGguf({ tensors: floats(50_000, 50_000, 50_000) });
const { length } = whole;

test('slow append, with a stall that is longer than stable_for', async () => {
  const model = watchModel(scratch('m.gguf'));
  expect(await model.look()).toBe('absent shut');
  for (let at = 0; at < 300_000; at += 100_000) {
    await appendFile(scratch('m.gguf'), whole.subarray(at, at + 100_000));
    expect(await model.rest(1)).toBe('present incomplete restless shut');
  }
  expect(await model.rest(60)).toBe('present incomplete stable shut');
  await appendFile(scratch('m.gguf'), whole.subarray(300_000, length - 1));
  expect(await model.rest(5)).toBe('present incomplete stable shut');
  await appendFile(scratch('m.gguf'), whole.subarray(length - 1));
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(2)).toBe('present complete restless shut');
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('temporary name, then rename', async () => {
  const model = watchModel(scratch('m.gguf'));
  await writeFile(scratch('m.gguf.part'), whole.subarray(0, 1_000));
  expect(await model.look()).toBe('absent [partial_twin] shut');
  await writeFile(scratch('m.gguf.part'), whole);
  expect(await model.rest(5)).toBe('absent [partial_twin] shut');
  await rename(scratch('m.gguf.part'), scratch('m.gguf'));
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(3)).toBe('present complete stable open');
});

test('a rename with a kept modification time, as by rsync -a, is no older than it is', async () => {
  const model = watchModel(scratch('m.gguf'));
  await writeFile(scratch('.m.gguf.x1Y2z3'), whole);
  await utimes(scratch('.m.gguf.x1Y2z3'), 1_600_000_000, 1_600_000_000);
  expect(await model.look()).toBe('absent [partial_twin] shut');
  await rename(scratch('.m.gguf.x1Y2z3'), scratch('m.gguf'));
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(3)).toBe('present complete stable open');
});

test('written in place, and the modification time set back at the end, as by cp -p', async () => {
  await writeFile(scratch('source.gguf'), whole);
  await utimes(scratch('source.gguf'), 1_600_000_000, 1_600_000_000);
  const model = watchModel(scratch('m.gguf'));
  await writeFile(scratch('m.gguf'), whole.subarray(0, 200_000));
  expect(await model.look()).toBe('present incomplete shut');
  execFileSync('cp', ['-p', scratch('source.gguf'), scratch('m.gguf')]);
  expect(await model.rest(1)).toBe('present complete restless shut');
  await utimes(scratch('m.gguf'), 1_600_000_001, 1_600_000_001);
  expect(await model.rest(3)).toBe('present complete restless shut');
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('preallocated, then filled, with stalls', async () => {
  const model = watchModel(scratch('m.gguf'));
  execFileSync('fallocate', ['--length', String(length), scratch('m.gguf')]);
  expect(await model.rest(10)).toBe('present incomplete stable [zero_tail] shut');
  const file = await open(scratch('m.gguf'), 'r+');
  await file.write(whole, 0, 100_000, 0);
  // Its size is right from the first moment: only the zeros tell.
  expect(await model.rest(1)).toBe('present complete restless [zero_tail] shut');
  expect(await model.rest(20)).toBe('present complete stable [zero_tail] shut');
  await file.write(whole, 100_000, length - 100_000 - 5_000, 100_000);
  expect(await model.rest(10)).toBe('present complete stable [zero_tail] shut');
  await file.write(whole, length - 5_000, 5_000, length - 5_000);
  await file.close();
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(2)).toBe('present complete restless shut');
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('what ends in zeros for good is let through after ten times the time', async () => {
  const model = watchModel(scratch('m.gguf'));
  await writeFile(scratch('m.gguf'), whole);
  const file = await open(scratch('m.gguf'), 'r+');
  await file.write(Buffer.alloc(100_000), 0, 100_000, length - 100_000);
  await file.close();
  expect(await model.rest(29)).toBe('present complete stable [zero_tail] shut');
  expect(await model.rest(2)).toBe('present complete stable [zero_tail] open');
});

test('in pieces and out of order, with a control file, as by aria2', async () => {
  const model = watchModel(scratch('m.gguf'));
  await writeFile(scratch('m.gguf.aria2'), '');
  const file = await open(scratch('m.gguf'), 'w');
  await file.write(whole, 0, 100_000, 0);
  await file.write(whole, length - 100_000, 100_000, length - 100_000);
  // Both ends are there and the size is right, but there is a hole between them.
  expect(await model.rest(60)).toBe('present complete stable [partial_twin sparse] shut');
  await file.write(whole, 100_000, length - 200_000, 100_000);
  await file.close();
  expect(await model.rest(60)).toBe('present complete stable [partial_twin] shut');
  await unlink(scratch('m.gguf.aria2'));
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('cut and written again', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const model = watchModel(scratch('m.gguf'));
  expect(await model.look()).toBe('present complete shut');
  expect(await model.rest(3)).toBe('present complete stable open');
  await truncate(scratch('m.gguf'), 0);
  expect(await model.rest(1)).toBe('present incomplete restless shut');
  await appendFile(scratch('m.gguf'), whole.subarray(0, 50));
  expect(await model.rest(1)).toBe('present incomplete restless shut');
  await appendFile(scratch('m.gguf'), whole.subarray(50));
  expect(await model.rest(3)).toBe('present complete restless shut');
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('a link that is turned to another model', async () => {
  await writeFile(scratch('old.gguf'), whole);
  await writeFile(scratch('new.gguf'), whole);
  await symlink('old.gguf', scratch('m.gguf'));
  const model = watchModel(scratch('m.gguf'));
  await model.look();
  expect(await model.rest(3)).toBe('present complete stable open');
  await symlink('new.gguf', scratch('next'));
  await rename(scratch('next'), scratch('m.gguf'));
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(3)).toBe('present complete stable open');
  await rm(scratch('new.gguf'));
  expect(await model.rest(1)).toBe('absent [dangling_symlink] shut');
});

test('shard by shard', async () => {
  const shards = [0, 1, 2].map((index) => {
    const keys = [
      ['split.no', types.u16, u16(index)],
      ['split.count', types.u16, u16(3)],
    ] as const;
    return buildGguf({ keys, tensors: floats(20_000) }).whole;
  });
  const path = (index: number): string => scratch(`m-0000${index + 1}-of-00003.gguf`);
  const model = watchModel(path(0));
  expect(await model.look()).toBe('absent shut');
  for (const [index, shard] of shards.entries()) {
    await writeFile(path(index), shard.subarray(0, 40_000));
    expect(await model.rest(5)).toBe('present incomplete stable shut');
    await appendFile(path(index), shard.subarray(40_000));
    expect(await model.rest(1)).toBe(`present ${index === 2 ? 'complete' : 'incomplete'} restless shut`);
  }
  expect(await model.rest(3)).toBe('present complete stable open');
});

test('deleted during the wait', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const model = watchModel(scratch('m.gguf'));
  await model.look();
  expect(await model.rest(2)).toBe('present complete shut');
  await rename(scratch('m.gguf'), scratch('away'));
  expect(await model.rest(5)).toBe('absent shut');
  await rename(scratch('away'), scratch('m.gguf'));
  expect(await model.rest(3)).toBe('present complete restless shut');
  expect(await model.rest(1)).toBe('present complete stable open');
});

test('permission that comes late', async () => {
  await chmod(scratch(), 0o755);
  await writeFile(scratch('m.gguf'), whole, { mode: 0o600 });
  await chmod(scratch('m.gguf'), 0);
  const model = watchModel(scratch('m.gguf'), asNobody);
  await model.look();
  expect(await model.rest(5)).toBe('present unreadable stable shut');
  await chmod(scratch('m.gguf'), 0o644);
  expect(await model.rest(1)).toBe('present complete restless shut');
  expect(await model.rest(3)).toBe('present complete stable open');
});

test('a web page in place of the model is never let through', async () => {
  await writeFile(scratch('m.gguf'), '<html><head><title>404 Not Found</title></head></html>');
  const model = watchModel(scratch('m.gguf'));
  await model.look();
  expect(await model.rest(120)).toBe('present incomplete stable shut');
});
