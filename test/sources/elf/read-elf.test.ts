import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElfError } from '../../../src/sources/elf/bytes.ts';
import { parseLibraryCache } from '../../../src/sources/elf/ld-cache.ts';
import { readElf } from '../../../src/sources/elf/read-elf.ts';
import { parseShebang } from '../../../src/sources/elf/shebang.ts';
import { readSystemLibraries } from '../../../src/sources/elf/system-libraries.ts';

const captures = join(import.meta.dirname, '../../captures/elf');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gpunode-readelf-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('an ELF file', () => {
  it('says what it needs', async () => {
    expect(await readElf(join(captures, 'server-rpath-only-llama'))).toEqual({
      bits: 64,
      machine: 62,
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needed: ['libllama.so'],
      soname: undefined,
      rpath: '${ORIGIN}/../app',
      runpath: undefined,
      noDefaultFolders: false,
      neededVersions: [],
      definedVersions: [],
    });
    expect(await readElf(join(captures, 'libversioned-2.so'))).toMatchObject({
      soname: 'libversioned.so.1',
      definedVersions: ['libversioned.so.1', 'V_1', 'V_2'],
    });
    expect(await readElf(join(captures, 'versioned'))).toMatchObject({
      neededVersions: [{ library: 'libversioned.so.1', versions: ['V_1', 'V_2'] }],
    });
    expect(await readElf(join(captures, 'libcuda-i386.so'))).toMatchObject({
      bits: 32,
      machine: 3,
      soname: 'libcuda.so.1',
    });
  });

  it('that is damaged anywhere is refused or read, within time and memory', async () => {
    const files = readdirSync(captures).filter((name) => !/\.(md|sh)$/.test(name));
    const path = join(folder, 'damaged');
    const damage = fc.array(fc.record({ at: fc.nat(2_600), byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, fc.nat(2_600), async (name, changes, length) => {
        const content = await readFile(join(captures, name));
        for (const { at, byte } of changes) content[at % content.length] = byte;
        await writeFile(path, length % 3 === 0 ? content.subarray(0, length) : content);
        const error = await readElf(path).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error === undefined || error instanceof ElfError).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the cache of ldconfig', () => {
  it('of this machine names the C library', async () => {
    const { cache, loader } = await readSystemLibraries('/lib64/ld-linux-x86-64.so.2', 62);
    expect(loader).toBe('glibc');
    expect(cache.get('libc.so.6')?.some((path) => path.endsWith('/libc.so.6'))).toBe(true);
  });

  it('that is damaged is none, or has paths', async () => {
    const whole = await readFile('/etc/ld.so.cache');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.nat(255), (length, at, byte) => {
        const content = Buffer.from(whole.subarray(0, length));
        if (at < length) content[at] = byte;
        for (const paths of parseLibraryCache(content)?.values() ?? []) expect(paths[0]).toMatch(/^\//);
      }),
      { numRuns: 200 },
    );
    expect(parseLibraryCache(Buffer.from('ld.so-1.7.0'))).toBeUndefined();
  });

  it('is no matter for musl, which has a file of folders', async () => {
    await writeFile(join(folder, 'ld-musl-x86_64.path'), '/lib:/opt/lib\n/usr/lib\n');
    const read = await readSystemLibraries('/lib/ld-musl-x86_64.so.1', 62, folder);
    expect(read).toEqual({ loader: 'musl', cache: new Map(), folders: ['/lib', '/opt/lib', '/usr/lib'] });
    const without = await readSystemLibraries('/lib/ld-musl-aarch64.so.1', 183, folder);
    expect(without.folders).toEqual(['/lib', '/usr/local/lib', '/usr/lib']);
  });
});

describe('the first line of a script', () => {
  it.each([
    ['#!/bin/sh\n', '/bin/sh', undefined],
    ['#!  /usr/bin/env   python3\n', '/usr/bin/env', 'python3'],
    ['#!/usr/bin/env -S FOO=1 -i python3 -u\n', '/usr/bin/env', 'python3'],
    ['#!/bin/bash -e', '/bin/bash', undefined],
  ])('%j', (text, interpreter, command) => {
    expect(parseShebang(Buffer.from(text))).toEqual({ interpreter, command });
  });

  it.each(['', '#', '#!\n', '# !/bin/sh\n', '#!\0\n'])('%j is none', (text) => {
    expect(parseShebang(Buffer.from(text))).toBeUndefined();
  });
});
