import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGgufHeader } from '../../../src/sources/gguf/header.ts';
import type { GgufHeader } from '../../../src/sources/gguf/types.ts';
import { smallModel, strings, types, u64 } from './build.ts';
import { memorySource } from './memory.ts';

const model = smallModel({ keys: [['merges', types.array, strings(['a b', 'b c', 'd'])]] });
const { header, requiredBytes } = model;

/** Reads any bytes; checks what must hold for all of them, and says how it ended. */
async function read(content: Buffer): Promise<string> {
  const source = memorySource(content);
  const found = await readGgufHeader(source);
  expect(source.readBytes).toBeLessThanOrEqual(content.length * 3 + 128);
  expect(found).toSatisfy(isPlausible);
  return found.status;
}

function isPlausible(found: GgufHeader): boolean {
  if (found.status !== 'ok') return found.reason.length < 200;
  const { minimumBytes, requiredBytes = minimumBytes, parameters, dataOffset } = found;
  const numbers = [minimumBytes, parameters, dataOffset];
  return (
    numbers.every((each) => Number.isSafeInteger(each) && each >= 0) &&
    requiredBytes === minimumBytes &&
    dataOffset <= minimumBytes
  );
}

type Blow = (file: Buffer) => Buffer;

const edges = fc.constantFrom(
  0n,
  1n,
  7n,
  255n,
  65_535n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
);
const number = fc.oneof(edges, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n }));
const position = fc.nat({ max: header.length - 9 });

/** One blow at a valid file: a byte, a 64-bit number, a cut, a stretch of zeros, or a piece copied elsewhere. */
const blow: fc.Arbitrary<Blow> = fc.oneof(
  fc.tuple(position, fc.nat({ max: 255 })).map(([at, byte]) => (file: Buffer): Buffer => {
    file[at] = byte;
    return file;
  }),
  fc.tuple(position, number).map(([at, value]) => (file: Buffer): Buffer => {
    if (at + 8 <= file.length) u64(value).copy(file, at);
    return file;
  }),
  fc.nat({ max: requiredBytes }).map(
    (length) =>
      (file: Buffer): Buffer =>
        file.subarray(0, length),
  ),
  fc.tuple(position, fc.nat({ max: 64 })).map(
    ([at, length]) =>
      (file: Buffer) =>
        file.fill(0, Math.min(at, file.length), Math.min(at + length, file.length)),
  ),
  fc.tuple(position, position, fc.nat({ max: 64 })).map(([from, to, length]) => (file: Buffer): Buffer => {
    Buffer.from(file.subarray(from, from + length)).copy(file, to);
    return file;
  }),
);

test('a damaged header never crashes, hangs or reads without bound', { timeout: 60_000 }, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(blow, { minLength: 1, maxLength: 4 }), async (blows) => {
      const file = blows.reduce<Buffer>((before, hit) => hit(before), Buffer.from(model.whole));
      const status = await read(file);
      ends.set(status, (ends.get(status) ?? 0) + 1);
    }),
    { numRuns: 80_000 },
  );
  // The blows reach every ending, or they would prove little.
  expect([...ends.keys()].toSorted()).toEqual(['invalid', 'not_gguf', 'ok', 'truncated', 'unsupported']);
});

test('random bytes behind the magic', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      await read(Buffer.concat([Buffer.from('GGUF\u0003\0\0\0'), bytes]));
    }),
    { numRuns: 20_000 },
  );
});

test('whatever is built is read back to the byte', async () => {
  const spec = fc.record({
    version: fc.constantFrom(2, 3),
    alignment: fc.option(fc.constantFrom(1, 8, 16, 32, 64, 256), { nil: undefined }),
    tensors: fc.array(
      fc.record({
        rows: fc.integer({ min: 1, max: 6 }),
        type: fc.constantFrom(
          ...([
            [0, 1, 4],
            [1, 1, 2],
            [2, 32, 18],
            [14, 256, 210],
          ] as const),
        ),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(spec, async ({ version, alignment, tensors }) => {
      const built = smallModel({
        version,
        ...(alignment === undefined ? {} : { alignment }),
        tensors: tensors.map(({ rows, type: [type, elements, bytes] }, index) => ({
          name: `blk.${index}`,
          dimensions: [elements * 2, rows],
          type,
          bytes: rows * 2 * bytes,
        })),
      });
      expect(await readGgufHeader(memorySource(built.whole))).toMatchObject({
        status: 'ok',
        requiredBytes: built.requiredBytes,
      });
    }),
    { numRuns: 2_000 },
  );
});
