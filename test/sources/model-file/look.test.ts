import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { createModelReader } from '../../../src/sources/model-file/reader.ts';
import type { ModelVerdict } from '../../../src/sources/model-file/verdict.ts';
import { readdirSync } from 'node:fs';
import { smallModel } from '../gguf/build.ts';
import { asNobody, useScratch } from './scratch.ts';

const scratch = useScratch();
const call = { timeoutMs: 5_000 };

function look(path: string): Promise<ModelVerdict> {
  return createModelReader(createTestHost().files, path, {}).look(call);
}

function seen(verdict: ModelVerdict): string[] {
  return Object.entries(verdict.anomalies).flatMap(([name, there]) => (there ? [name] : []));
}

async function capture(name: string): Promise<string> {
  const path = scratch(`${name}.gguf`);
  await writeFile(path, await readFile(new URL(`../../captures/gguf/${name}.gguf`, import.meta.url)));
  return path;
}

describe('recorded files', () => {
  test.each([
    ['tiny-f16', true, 253_888, 253_888, []],
    ['tiny-q4_0', true, 78_720, 78_720, []],
    ['tiny-tail-extra', true, 254_888, 253_888, []],
    ['zerotail', true, 253_888, 253_888, ['zero_tail']],
    ['trunc60', false, 152_332, 253_888, []],
    ['trunc100b', false, 100, undefined, []],
    ['trunc4000', false, 4_000, undefined, []],
    ['zero', false, 0, undefined, []],
    ['garbage', false, 200_000, undefined, []],
    ['html404', false, 76, undefined, []],
    ['lfs', false, 131, undefined, []],
    ['badver', false, 1_008, undefined, []],
  ])('%s: complete is %s', async (name, complete, sizeBytes, requiredBytes, anomalies) => {
    const verdict = await look(await capture(name));
    const { present, regular, readable } = verdict;
    expect({ present, regular, readable }).toEqual({ present: true, regular: true, readable: true });
    expect([verdict.complete, verdict.sizeBytes, verdict.requiredBytes]).toEqual([complete, sizeBytes, requiredBytes]);
    expect(seen(verdict)).toEqual(anomalies);
    expect(verdict.problems.length > 0).toBe(!complete);
  });

  test('one byte less than needed is not complete', async () => {
    const path = await capture('tiny-f16');
    await truncate(path, 253_887);
    expect(await look(path)).toMatchObject({ complete: false, problems: ['253887 of 253888 bytes are there'] });
  });
});

describe('what is at the path', () => {
  test('nothing', async () => {
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ present: false, regular: false, readable: false, problems: ['does not exist'] });
    expect([verdict.complete, verdict.sizeBytes, verdict.fingerprint]).toEqual([undefined, undefined, undefined]);
    expect(seen(verdict)).toEqual([]);
  });

  test('nothing, not even its directory', async () => {
    expect(await look(scratch('no', 'such', 'm.gguf'))).toMatchObject({ present: false, problems: ['does not exist'] });
  });

  test('a directory', async () => {
    await mkdir(scratch('m.gguf'));
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ present: true, regular: false, readable: false });
    expect(verdict.problems).toEqual(['is not a regular file but a directory']);
  });

  test('a FIFO, which nobody waits at', async () => {
    await once(spawn('mkfifo', [scratch('m.gguf')]), 'exit');
    expect(await look(scratch('m.gguf'))).toMatchObject({ present: true, regular: false, readable: false });
  });

  test('a link to a model', async () => {
    await writeFile(scratch('real.gguf'), smallModel().whole);
    await symlink('real.gguf', scratch('m.gguf'));
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ present: true, regular: true, readable: true, complete: true });
    expect(verdict.unlisted).toBeUndefined();
    expect(seen(verdict)).toEqual([]);
  });

  test('a link that leads nowhere: the name is taken, the file is not there', async () => {
    await symlink('real.gguf', scratch('m.gguf'));
    const verdict = await look(scratch('m.gguf'));
    expect(verdict).toMatchObject({ present: false, problems: ['is a symbolic link that leads nowhere'] });
    expect(seen(verdict)).toEqual(['dangling_symlink']);
  });

  test('a link to itself', async () => {
    await symlink('m.gguf', scratch('m.gguf'));
    expect(seen(await look(scratch('m.gguf')))).toEqual(['dangling_symlink']);
  });

  test('a model that may not be read', async () => {
    await writeFile(scratch('m.gguf'), smallModel().whole, { mode: 0 });
    await chmod(scratch(), 0o755);
    const verdict = await asNobody(() => look(scratch('m.gguf')));
    expect(verdict).toMatchObject({ present: true, regular: true, readable: false, complete: undefined });
    expect(verdict.problems).toEqual(['cannot be read (EACCES)']);
  });

  test('a directory that lists but does not let through: listed, not statable', async () => {
    await mkdir(scratch('models'));
    await writeFile(scratch('models', 'm.gguf'), smallModel().whole);
    await chmod(scratch(), 0o755);
    await chmod(scratch('models'), 0o444);
    const verdict = await asNobody(() => look(scratch('models', 'm.gguf')));
    expect(verdict).toMatchObject({ present: true, regular: undefined, readable: false });
    expect(seen(verdict)).toEqual(['listed_not_statable']);
  });

  test('a directory that lets through but does not list', async () => {
    await mkdir(scratch('models'));
    await writeFile(scratch('models', 'm.gguf'), smallModel().whole, { mode: 0o644 });
    await chmod(scratch(), 0o755);
    await chmod(scratch('models'), 0o111);
    const verdict = await asNobody(() => look(scratch('models', 'm.gguf')));
    // What may not be listed has not been found missing.
    expect(verdict).toMatchObject({ present: true, readable: true, complete: true, unlisted: true });
    expect(seen(verdict)).toEqual([]);
  });
});

describe('a file system that contradicts itself', () => {
  let worker: Worker | undefined;
  afterEach(async () => {
    await worker?.terminate();
  });

  test('statable, not listed', async () => {
    // Linux shows no thread but the first in /proc, and yet finds every one by its number.
    worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await once(worker, 'online');
    const threads = readdirSync('/proc/self/task').filter((thread) => Number(thread) !== process.pid);
    const verdict = await look(`/proc/${threads[0]}`);
    expect(seen(verdict)).toEqual(['statable_not_listed']);
  });
});

test('an unchanged file is not read again, a changed one is', async () => {
  const { files } = createTestHost();
  const reader = createModelReader(files, scratch('m.gguf'), {});
  await writeFile(scratch('m.gguf'), smallModel().whole.subarray(0, 100));
  expect(await reader.look(call)).toMatchObject({ complete: false, requiredBytes: undefined });
  const { whole, requiredBytes } = smallModel();
  await writeFile(scratch('m.gguf'), whole);
  expect(await reader.look(call)).toMatchObject({ complete: true, requiredBytes });
  // The second look gets no content from the agent, and still knows.
  expect(await reader.look(call)).toMatchObject({ complete: true, requiredBytes, architecture: 'llama' });
  await unlink(scratch('m.gguf'));
  expect(await reader.look(call)).toMatchObject({ present: false, complete: undefined, architecture: undefined });
});

test.each([
  ['by its name', 'm.gguf', smallModel().whole, 'gguf', true],
  ['by its first bytes', 'blob', smallModel().whole, 'gguf', true],
  ['by its name, whatever is in it', 'm.gguf', Buffer.from('x'), 'gguf', false],
  ['whisper’s by its name', 'model.bin', Buffer.from('x'), 'file', false],
  ['not at all', 'blob', Buffer.from('x'), 'file', undefined],
])('a format is told %s', async (_, name, content, format, complete) => {
  await writeFile(scratch(name), content);
  const verdict = await look(scratch(name));
  expect([verdict.format, verdict.complete]).toEqual([format, complete]);
});

test('without looking inside, present and readable is all', async () => {
  const reader = createModelReader(createTestHost().files, scratch('m.gguf'), { content: false });
  await writeFile(scratch('m.gguf'), 'no model at all');
  expect(await reader.look(call)).toMatchObject({ present: true, readable: true, complete: undefined, problems: [] });
});
