import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectExecutable } from '../../../src/sources/elf/executable.ts';
import type { Executable } from '../../../src/sources/elf/executable.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gpunode-exec-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function inspect(path: string): Promise<Executable> {
  return await inspectExecutable(path, {
    searchPath: ['/usr/local/bin', '/usr/bin', '/bin', folder],
    libraryPath: [],
    workingFolder: folder,
    etc: '/etc',
  });
}

async function script(text: string, mode = 0o755): Promise<string> {
  const path = join(folder, 'script');
  await writeFile(path, text, { mode });
  return path;
}

const runs = { missing: [], undetermined: [] };

describe('what can be run', () => {
  it.each([process.execPath, '/bin/sh', '/bin/ls'])('%s', async (path) => {
    expect(await inspect(path)).toEqual({ path, libraries: runs });
  });

  it.each(['#!/bin/sh\n', '#! /bin/sh -eu\n', '#!/usr/bin/env sh\n', '#!/usr/bin/env -S A=b sh -e\n'])(
    'a script: %j',
    async (text) => {
      const path = await script(text);
      expect(await inspect(path)).toEqual({ path, libraries: runs });
    },
  );
});

describe('what cannot', () => {
  it.each([
    ['#!/bin/sh\r\n', 'interpreter_missing'],
    ['#!/opt/venv/bin/python\n', 'interpreter_missing'],
    ['#!/usr/bin/env no-such-interpreter\n', 'interpreter_missing'],
    // Without -S, env is given all of it as one name.
    ['#!/usr/bin/env sh -e\n', 'interpreter_missing'],
    ['#!/etc/passwd\n', 'interpreter_missing'],
    ['#!script\n', 'interpreter_missing'],
    ['echo hello\n', 'not_a_program'],
    ['', 'not_a_program'],
    ['\u007fELF', 'truncated'],
  ])('%j: %s', async (text, problem) => {
    expect(await inspect(await script(text))).toMatchObject({ problem });
  });

  it('is missing, a folder, or may not be executed', async () => {
    expect(await inspect(join(folder, 'gone'))).toMatchObject({ problem: 'missing' });
    expect(await inspect(folder)).toMatchObject({ problem: 'not_regular' });
    expect(await inspect(await script('#!/bin/sh\n', 0o644))).toMatchObject({ problem: 'not_executable' });
  });

  it('a copy that is not complete', async () => {
    const path = join(folder, 'ls');
    await copyFile('/bin/ls', path);
    const { length } = await readFile(path);
    await truncate(path, length / 2);
    expect(await inspect(path)).toMatchObject({ problem: 'truncated' });
  });

  it('a program for another machine', async () => {
    const path = join(folder, 'foreign');
    const content = await readFile('/bin/ls');
    // e_machine: SPARC.
    content.writeUInt16LE(2, 18);
    await writeFile(path, content, { mode: 0o755 });
    expect(await inspect(path)).toMatchObject({ problem: 'wrong_machine' });
  });

  it('a program whose loader is not there, as one for musl on a machine with glibc', async () => {
    const path = join(folder, 'musl');
    const content = await readFile('/bin/ls');
    const loader = /\/lib\S*\/ld-\S*?\.so\.\d/.exec(content.toString('latin1'))?.[0] ?? '';
    content.write('/lib/ld-gone-'.padEnd(loader.length, 'x'), content.indexOf(loader), 'latin1');
    await writeFile(path, content, { mode: 0o755 });
    expect(await inspect(path)).toMatchObject({
      problem: 'interpreter_missing',
      detail: expect.stringMatching(/^\/lib\/ld-gone-/),
    });
  });

  it('a real program without one of its libraries', async () => {
    const path = join(folder, 'ls');
    const content = await readFile('/bin/ls');
    const at = content.indexOf('libc.so.6');
    content.write('libc.so.7', at, 'latin1');
    await writeFile(path, content);
    await chmod(path, 0o755);
    expect((await inspect(path)).libraries?.missing).toContain('libc.so.7');
  });

  it('scripts that interpret each other end somewhere', async () => {
    await mkdir(join(folder, 'x'));
    const path = join(folder, 'x/loop');
    await writeFile(path, `#!${path}\n`, { mode: 0o755 });
    expect(await inspect(path)).toMatchObject({ problem: 'interpreter_missing' });
  });
});
