import { expect, test } from 'vitest';
import { ggmlType } from '../../../src/sources/gguf/ggml-types.ts';
import { readGgufHeader } from '../../../src/sources/gguf/header.ts';
import { buildGguf } from './build.ts';
import { memorySource } from './memory.ts';

const half = 2;
const float = 4;

// Bytes as the fields of ggml's block structures add up (ggml-common.h).
const blocks: readonly (readonly [id: number, name: string, elements: number, bytes: number])[] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, half + 32 / 2],
  [3, 'Q4_1', 32, 2 * half + 32 / 2],
  [6, 'Q5_0', 32, half + 4 + 32 / 2],
  [7, 'Q5_1', 32, 2 * half + 4 + 32 / 2],
  [8, 'Q8_0', 32, half + 32],
  [9, 'Q8_1', 32, 2 * half + 32],
  [10, 'Q2_K', 256, 256 / 16 + 256 / 4 + 2 * half],
  [11, 'Q3_K', 256, 256 / 8 + 256 / 4 + 12 + half],
  [12, 'Q4_K', 256, 2 * half + 12 + 256 / 2],
  [13, 'Q5_K', 256, 2 * half + 12 + 256 / 8 + 256 / 2],
  [14, 'Q6_K', 256, 256 / 2 + 256 / 4 + 256 / 16 + half],
  [15, 'Q8_K', 256, float + 256 + (256 / 16) * 2],
  [16, 'IQ2_XXS', 256, half + (256 / 8) * 2],
  [17, 'IQ2_XS', 256, half + (256 / 8) * 2 + 256 / 32],
  [18, 'IQ3_XXS', 256, half + (3 * 256) / 8],
  [19, 'IQ1_S', 256, half + 256 / 8 + (256 / 32) * 2],
  [20, 'IQ4_NL', 32, half + 32 / 2],
  [21, 'IQ3_S', 256, half + 256 / 4 + 256 / 32 + 256 / 8 + 256 / 64],
  [22, 'IQ2_S', 256, half + 256 / 4 + 256 / 32 + 256 / 32],
  [23, 'IQ4_XS', 256, half + 2 + 256 / 64 + 256 / 2],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 256 / 8 + 256 / 16 + 256 / 32],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, (256 - (4 * 256) / 64) / 5 + 256 / 64 + half],
  [35, 'TQ2_0', 256, 256 / 4 + half],
  [39, 'MXFP4', 32, 1 + 32 / 2],
  [40, 'NVFP4', 64, 64 / 16 + 64 / 2],
  [41, 'Q1_0', 128, half + 128 / 8],
  [42, 'Q2_0', 64, half + 64 / 4],
];

test.each(blocks)('type %i, %s: %i elements in %i bytes', async (id, name, elements, bytes) => {
  expect(ggmlType(id)).toEqual({ name, blockElements: elements, blockBytes: bytes });
  const { whole, requiredBytes } = buildGguf({
    tensors: [{ name: 'weight', dimensions: [elements * 4, 3], type: id, bytes: 12 * bytes }],
  });
  expect(await readGgufHeader(memorySource(whole))).toMatchObject({ status: 'ok', requiredBytes, quantization: name });
});

test('there are no other types', () => {
  const known = Array.from({ length: 300 }, (_, id) => id).filter((id) => ggmlType(id) !== undefined);
  expect(known).toEqual(blocks.map(([id]) => id));
});

test.each([
  [43, 'type 43'],
  [4_294_967_295, 'type 4294967295'],
  [4, 'Q4_2'],
  [5, 'Q4_3'],
  [31, 'Q4_0_4_4'],
  [38, 'IQ4_NL_8_8'],
])('with a tensor of type %i the required bytes are unknown, and only a floor is known', async (type, name) => {
  const { whole, header } = buildGguf({
    tensors: [
      { name: 'known', dimensions: [64], type: 0, bytes: 256 },
      { name: 'new', dimensions: [64], type, bytes: 64 },
    ],
  });
  const dataOffset = Math.ceil(header.length / 32) * 32;
  const found = await readGgufHeader(memorySource(whole));
  expect(found).toMatchObject({ status: 'ok', unknownTypes: [name], minimumBytes: dataOffset + 256 });
  expect(found).toHaveProperty('requiredBytes', undefined);
});
