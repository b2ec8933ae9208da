import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readElf } from '../../../src/sources/elf/read-elf.ts';
import { resolveLibraries } from '../../../src/sources/elf/resolve.ts';
import type { Libraries } from '../../../src/sources/elf/resolve.ts';
import type { SearchSettings } from '../../../src/sources/elf/search.ts';

const captures = join(import.meta.dirname, '../../captures/elf');
let node: string;
beforeEach(async () => {
  node = await mkdtemp(join(tmpdir(), 'gpunode-elf-'));
});
afterEach(async () => {
  await rm(node, { recursive: true });
});

async function put(name: string, path: string): Promise<void> {
  const target = join(node, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(join(captures, name), target);
}

/** A node with these files, by place: `app/libggml.so`, or `other/name=libggml.so` for another name. */
async function withFiles(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    const [place = '', source = place.split('/').at(-1) ?? ''] = file.split('=');
    await put(source, place);
  }
}

async function resolve(program: string, settings: Partial<SearchSettings> = {}): Promise<Libraries> {
  const path = join(node, program);
  const file = await readElf(path);
  return await resolveLibraries(
    path,
    { ...file, interpreter: undefined },
    {
      system: { loader: 'glibc', cache: new Map(), folders: [] },
      libraryPath: [],
      workingFolder: node,
      ...settings,
    },
  );
}

const musl = { loader: 'musl', cache: new Map<string, string[]>(), folders: [] } as const;
const all = { missing: [], undetermined: [] };
const missing = (...names: string[]): Libraries => ({ missing: names, undetermined: [] });

describe('libraries of a program', () => {
  it('beside it, by RUNPATH and $ORIGIN; what one file found serves the others', async () => {
    await withFiles('app/server-runpath', 'app/libllama.so', 'app/libggml.so', 'driver/libcuda.so.1');
    expect(await resolve('app/server-runpath')).toEqual(missing('libcuda.so.1'));
    expect(await resolve('app/server-runpath', { libraryPath: [join(node, 'driver')] })).toEqual(all);
  });

  it('that one of them is gone', async () => {
    await withFiles('app/server-runpath', 'app/libllama.so', 'app/libggml.so', 'app/libcuda.so.1');
    const settings = { libraryPath: [join(node, 'app')] };
    expect(await resolve('app/server-runpath', settings)).toEqual(all);
    await rm(join(node, 'app/libggml.so'));
    expect(await resolve('app/server-runpath', settings)).toEqual(missing('libggml.so'));
  });

  it('RUNPATH is not for the libraries of libraries, RPATH is', async () => {
    await withFiles('app/server-runpath-only-llama', 'app/server-rpath-only-llama');
    await withFiles('app/libllama.so', 'app/libggml.so', 'app/libcuda.so.1');
    expect(await resolve('app/server-runpath-only-llama')).toEqual(missing('libggml.so'));
    expect(await resolve('app/server-rpath-only-llama')).toEqual(all);
    // musl passes both on.
    expect(await resolve('app/server-runpath-only-llama', { system: musl })).toEqual(all);
  });

  it('LD_LIBRARY_PATH: its folders in order, an empty one is the working folder', async () => {
    await withFiles('bin/server-plain', 'libllama.so', 'b/libggml.so', 'b/libcuda.so.1');
    expect(await resolve('bin/server-plain')).toEqual(missing('libllama.so'));
    expect(await resolve('bin/server-plain', { libraryPath: ['', join(node, 'nowhere'), 'b'] })).toEqual(all);
  });

  it('the cache of ldconfig, then the folders of the loader, unless the file was linked without them', async () => {
    await withFiles('bin/no-default-folders', 'bin/server-lib', 'x/libcuda.so.1');
    const cache = new Map([['libcuda.so.1', [join(node, 'gone/libcuda.so.1'), join(node, 'x/libcuda.so.1')]]]);
    const cached = { system: { loader: 'glibc', cache, folders: [] } } as const;
    const listed = {
      system: { loader: 'glibc', cache: new Map<string, string[]>(), folders: [join(node, 'x')] },
    } as const;
    expect(await resolve('bin/server-lib', cached)).toEqual(all);
    expect(await resolve('bin/server-lib', listed)).toEqual(all);
    expect(await resolve('bin/no-default-folders', cached)).toEqual(missing('libcuda.so.1'));
    expect(await resolve('bin/no-default-folders', listed)).toEqual(missing('libcuda.so.1'));
  });

  it('$LIB, whichever of its meanings', async () => {
    await withFiles('bin/server-lib', 'bin/lib/x86_64-linux-gnu/libcuda.so.1');
    expect(await resolve('bin/server-lib')).toEqual(all);
  });

  it('of another architecture are passed over by glibc', async () => {
    await withFiles('bin/server-lib', 'a/libcuda.so.1=libcuda-i386.so', 'b/libcuda.so.1');
    expect(await resolve('bin/server-lib', { libraryPath: ['a'] })).toEqual(missing('libcuda.so.1'));
    expect(await resolve('bin/server-lib', { libraryPath: ['a', 'b'] })).toEqual(all);
    expect(await resolve('bin/server-lib', { libraryPath: ['a', 'b'], system: musl })).toEqual(missing('libcuda.so.1'));
  });

  it.each(['', 'not found', 'cut'])('a file that is no library (%j) ends the search for it', async (content) => {
    await withFiles('bin/server-lib', 'a/libcuda.so.1', 'b/libcuda.so.1');
    if (content === 'cut') await truncate(join(node, 'a/libcuda.so.1'), 400);
    else await writeFile(join(node, 'a/libcuda.so.1'), content);
    expect(await resolve('bin/server-lib', { libraryPath: ['a', 'b'] })).toEqual(missing('libcuda.so.1'));
  });

  it('a link that leads nowhere is a missing library', async () => {
    await withFiles('bin/server-lib');
    await symlink('libcuda.so.550', join(node, 'libcuda.so.1'));
    expect(await resolve('bin/server-lib', { libraryPath: [''] })).toEqual(missing('libcuda.so.1'));
  });

  it('too old for the program: the version that it lacks is told', async () => {
    await withFiles('versioned', 'new/libversioned.so.1=libversioned-2.so', 'old/libversioned.so.1=libversioned-1.so');
    await withFiles('bare/libversioned.so.1=libunversioned.so');
    expect(await resolve('versioned', { libraryPath: ['new'] })).toEqual(all);
    expect(await resolve('versioned', { libraryPath: ['old'] })).toEqual(missing('libversioned.so.1 (V_2)'));
    // Without versions the loader only warns; musl never looks.
    expect(await resolve('versioned', { libraryPath: ['bare'] })).toEqual(all);
    expect(await resolve('versioned', { libraryPath: ['old'], system: musl })).toEqual(all);
  });

  it('none, of a static program', async () => {
    await withFiles('static');
    expect(await readElf(join(node, 'static'))).toMatchObject({ interpreter: undefined, needed: [] });
    expect(await resolve('static')).toEqual(all);
  });
});
