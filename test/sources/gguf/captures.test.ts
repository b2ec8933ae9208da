import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readGgufHeader } from '../../../src/sources/gguf/header.ts';
import { memorySource } from './memory.ts';

async function headerOf(name: string): Promise<unknown> {
  const content = await readFile(new URL(`../../captures/gguf/${name}.gguf`, import.meta.url));
  return readGgufHeader(memorySource(content));
}

// The sizes are those of the whole files, which llama-server loads; with one byte less it does not.
test.each([
  ['tiny-f16', 253_888, 'F16'],
  ['tiny-q4_0', 78_720, 'Q4_0'],
  ['tiny-tail-extra', 253_888, 'F16'],
  ['zerotail', 253_888, 'F16'],
  ['trunc60', 253_888, 'F16'],
])('%s needs %i bytes', async (name, requiredBytes, quantization) => {
  expect(await headerOf(name)).toEqual({
    status: 'ok',
    version: 3,
    architecture: 'llama',
    quantization,
    parameters: 122_176,
    tensors: 21,
    alignment: 32,
    dataOffset: 8896,
    requiredBytes,
    minimumBytes: requiredBytes,
    unknownTypes: [],
    split: undefined,
  });
});

test.each([
  ['trunc100b', 'truncated', /beyond the end of the file, to byte 101 at least/],
  ['trunc4000', 'truncated', /to byte 4005 at least/],
  ['zero', 'truncated', /to byte 4 at least/],
  ['garbage', 'not_gguf', /begins with 0xfc05460d/],
  ['html404', 'not_gguf', /web page/],
  ['lfs', 'not_gguf', /git-lfs pointer/],
  ['badver', 'unsupported', /GGUF version 99; versions 2 and 3/],
])('%s is %s', async (name, status, reason) => {
  expect(await headerOf(name)).toMatchObject({ status, reason: expect.stringMatching(reason) });
});
