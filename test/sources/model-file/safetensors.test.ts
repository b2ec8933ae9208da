import { truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createModelReader } from '../../../src/sources/model-file/reader.ts';
import { readSafetensorsSize } from '../../../src/sources/model-file/safetensors.ts';
import { memorySource } from '../gguf/memory.ts';
import { createTestHost } from '../../support/host.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

function build(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes, 1)]);
}

const tensors = {
  __metadata__: { format: 'pt' },
  'model.a': { dtype: 'F16', shape: [10, 10], data_offsets: [0, 200] },
  'model.b': { dtype: 'F32', shape: [25], data_offsets: [200, 300] },
};
const whole = build(tensors, 300);

test('exactly as long as its last tensor says', async () => {
  expect(await readSafetensorsSize(memorySource(whole))).toMatchObject({ state: 'valid', requiredBytes: whole.length });
});

test('cut in its header it is cut, and the floor is never above the truth', async () => {
  for (let bytes = 0; bytes < whole.length - 300; bytes += 1) {
    const { state, minimumBytes = 0 } = await readSafetensorsSize(memorySource(whole.subarray(0, bytes)));
    expect([bytes, state]).toEqual([bytes, 'invalid']);
    expect(minimumBytes).toBeGreaterThan(bytes);
    expect(minimumBytes).toBeLessThanOrEqual(whole.length);
  }
});

test.each([
  ['zeros, as a preallocated file has', Buffer.alloc(1_000)],
  ['a web page', Buffer.from('<!doctype html><html>not found</html>')],
  ['a length beyond all headers', Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')])],
  ['a header of zeros after its first byte', build(`{${'\0'.repeat(100)}`, 300)],
  ['offsets that are none', build({ a: { data_offsets: [5, 2] } }, 300)],
  ['offsets beyond all numbers', build('{"a":{"data_offsets":[0,1e300]}}', 300)],
  ['an array', build([], 0)],
])('%s is none', async (_, bytes) => {
  expect(await readSafetensorsSize(memorySource(bytes))).toMatchObject({ state: 'invalid' });
});

test('any header comes to an end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (json) => {
      const { state } = await readSafetensorsSize(memorySource(build(json, 10)));
      expect(['valid', 'invalid']).toContain(state);
    }),
  );
});

test('a file of that name is complete with its last byte', async () => {
  const path = scratch('model.safetensors');
  const reader = createModelReader(createTestHost().files, path, {});
  const call = { timeoutMs: 5_000 };
  await writeFile(path, whole);
  expect(await reader.look(call)).toMatchObject({ complete: true, requiredBytes: whole.length });
  await truncate(path, whole.length - 1);
  expect(await reader.look(call)).toMatchObject({ complete: false, requiredBytes: whole.length });
});
