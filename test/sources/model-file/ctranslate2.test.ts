import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCtranslate2Size } from '../../../src/sources/model-file/ctranslate2.ts';
import { memorySource } from '../gguf/memory.ts';
import { buildCtranslate2 } from './ctranslate2-build.ts';

test.each([4, 5, 6])('format %i: exactly as long as it is', async (version) => {
  const model = buildCtranslate2(version);
  expect(await readCtranslate2Size(memorySource(model))).toEqual({ state: 'valid', requiredBytes: model.length });
});

test('cut anywhere it is cut, and the floor is never above the truth', async () => {
  const model = buildCtranslate2();
  for (let bytes = 0; bytes < model.length; bytes += 1) {
    const { state, minimumBytes = 0 } = await readCtranslate2Size(memorySource(model.subarray(0, bytes)));
    expect([bytes, state]).toEqual([bytes, 'invalid']);
    expect(minimumBytes).toBeGreaterThan(bytes);
    expect(minimumBytes).toBeLessThanOrEqual(model.length);
  }
});

test('a newer format is unknown, anything else invalid', async () => {
  expect(await readCtranslate2Size(memorySource(buildCtranslate2(7)))).toMatchObject({ state: 'unknown' });
  expect(await readCtranslate2Size(memorySource(Buffer.alloc(100)))).toMatchObject({ state: 'invalid' });
});

test('any bytes come to an end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const source = memorySource(Buffer.concat([Buffer.from([6, 0, 0, 0]), bytes]));
      const { requiredBytes = 0 } = await readCtranslate2Size(source);
      expect(requiredBytes).toBeLessThanOrEqual(bytes.length + 4);
      expect(source.reads).toBeLessThan(1_000);
    }),
    { numRuns: 2_000 },
  );
});
