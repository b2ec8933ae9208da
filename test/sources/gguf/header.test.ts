import { describe, expect, test } from 'vitest';
import { readGgufHeader } from '../../../src/sources/gguf/header.ts';
import { buildGguf, floats, smallModel, strings, text, types, u16, u32, u64 } from './build.ts';
import { memorySource } from './memory.ts';

describe('shapes', () => {
  test.each([2, 3])('version %i', async (version) => {
    const { whole, requiredBytes } = smallModel({ version });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({
      status: 'ok',
      version,
      architecture: 'llama',
      quantization: 'Q4_K_M',
      parameters: 256 * 12,
      requiredBytes,
    });
  });

  test.each([1, 8, 16, 32, 64, 128, 4096, 65_536])('alignment %i', async (alignment) => {
    const { whole, requiredBytes } = smallModel({ alignment, tensors: floats(3, 1, 5) });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({ status: 'ok', alignment, requiredBytes });
  });

  test('what is needed ends with the tensor that lies last, wherever it is listed', async () => {
    const [first, second] = floats(100, 8);
    const listed = buildGguf({ tensors: [first, second].filter((each) => each !== undefined) });
    const swapped = Buffer.from(listed.whole);
    // Both tensors have names of one length: swap their offsets, which end each description.
    const infoBytes = 8 + 'tensor.0'.length + 4 + 8 + 4 + 8;
    u64(64).copy(swapped, listed.header.length - infoBytes - 8);
    u64(0).copy(swapped, listed.header.length - 8);
    const dataOffset = Math.ceil(listed.header.length / 32) * 32;
    expect(await readGgufHeader(memorySource(swapped))).toMatchObject({ requiredBytes: dataOffset + 64 + 400 });
  });

  test('no dimension is one element', async () => {
    const { whole, requiredBytes } = buildGguf({
      tensors: [{ name: 'scalar', dimensions: [], type: 0, bytes: 4 }],
    });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({ parameters: 1, requiredBytes });
  });

  test('without tensors, as the first of several shards may be, the header is all', async () => {
    const { whole } = buildGguf({
      keys: [
        ['split.no', types.u16, u16(0)],
        ['split.count', types.u16, u16(3)],
      ],
    });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({
      requiredBytes: whole.length,
      split: { index: 0, count: 3 },
    });
  });

  test('without a file type the quantization is what most bytes have', async () => {
    const { whole } = buildGguf({
      tensors: [...floats(64), { name: 'q', dimensions: [256, 40], type: 14, bytes: 40 * 210 }],
    });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({ quantization: 'Q6_K' });
  });

  test('a header longer than the window', async () => {
    const tokens = Array.from({ length: 60_000 }, (_, index) => `token ${index}`.padEnd(20 + (index % 17)));
    const { whole, header, requiredBytes } = smallModel({
      keys: [['tokenizer.ggml.merges', types.array, strings(tokens)]],
    });
    expect(header.length).toBeGreaterThan(2_000_000);
    const source = memorySource(whole);
    expect(await readGgufHeader(source)).toMatchObject({ status: 'ok', requiredBytes });
    expect(source.readBytes).toBeLessThan(header.length * 1.5);
  });

  test('a long value is not read', async () => {
    const { whole, requiredBytes } = smallModel({
      keys: [['tokenizer.huggingface.json', types.string, text('x'.repeat(20_000_000))]],
    });
    const source = memorySource(whole);
    expect(await readGgufHeader(source)).toMatchObject({ status: 'ok', requiredBytes });
    expect(source.readBytes).toBeLessThan(2_000_000);
  });

  test('an architecture that is no name is no label', async () => {
    const { whole } = buildGguf({ keys: [['general.architecture', types.string, text('a"} 1\nevil')]] });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({ status: 'ok', architecture: undefined });
  });
});

describe('cut and unfinished', () => {
  test('cut anywhere in the header it is truncated, and the floor is never above the truth', async () => {
    const { whole, header } = smallModel();
    for (let bytes = 0; bytes < header.length; bytes += 1) {
      const found = await readGgufHeader(memorySource(whole.subarray(0, bytes)));
      expect([bytes, found.status]).toEqual([bytes, 'truncated']);
      const floor = found.status === 'truncated' ? found.atLeastBytes : 0;
      expect(floor).toBeGreaterThan(bytes);
      expect(floor).toBeLessThanOrEqual(whole.length);
    }
  });

  test('preallocated and cut anywhere in the header it is never a valid header', async () => {
    const { whole, header } = smallModel();
    for (let bytes = 0; bytes < header.length; bytes += 1) {
      const filled = Buffer.alloc(whole.length);
      whole.copy(filled, 0, 0, bytes);
      const found = await readGgufHeader(memorySource(filled));
      // The last written byte may make no difference: the high bytes of numbers are zero.
      const same = filled.subarray(0, header.length).equals(header);
      expect(found.status === 'ok' ? bytes : 'refused').toBe(same ? bytes : 'refused');
    }
  });

  test('a file that shrinks while it is read is truncated', async () => {
    const { whole } = smallModel();
    expect(await readGgufHeader(memorySource(whole.subarray(0, 200), whole.length))).toMatchObject({
      status: 'truncated',
    });
  });
});

describe('refused', () => {
  const start = (version: Buffer): Buffer => Buffer.concat([Buffer.from('GGUF'), version, Buffer.alloc(100)]);

  test.each([
    ['version 1', start(u32(1)), 'unsupported', /GGUF version 1;/],
    ['version 0', start(u32(0)), 'unsupported', /GGUF version 0;/],
    ['version 4', start(u32(4)), 'unsupported', /GGUF version 4;/],
    ['big endian', start(Buffer.from([0, 0, 0, 3])), 'unsupported', /big-endian/],
    ['zeros', Buffer.alloc(5000), 'not_gguf', /begins with zeros/],
    ['ggml', Buffer.from('tjggxxxx'), 'not_gguf', /old ggml/],
    ['a checkpoint', Buffer.from('PK\u0003\u0004xxxx'), 'not_gguf', /PyTorch/],
    ['JSON', Buffer.from('{"error":"no such key"}'), 'not_gguf', /JSON/],
  ])('%s', async (_, content, status, reason) => {
    expect(await readGgufHeader(memorySource(content))).toMatchObject({
      status,
      reason: expect.stringMatching(reason),
    });
  });

  const huge = 2n ** 60n;
  const counts = (tensors: bigint, pairs: bigint): Buffer =>
    Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(pairs), Buffer.alloc(4096, 1)]);
  const pair = (type: number, value: Buffer): Buffer => buildGguf({ keys: [['key', type, value]] }).whole;
  const tensor = (dimensions: number[], type = 0): Buffer =>
    buildGguf({ tensors: [{ name: 'weight', dimensions, type, bytes: 4 }] }).whole;

  test.each([
    ['tensors without number', counts(huge, 0n), /number of tensors is impossibly large/],
    ['too many tensors', counts(2n ** 40n, 0n), /1099511627776 tensors/],
    ['too many keys', counts(0n, 2n ** 40n), /1099511627776 keys/],
    ['an unknown value type', pair(13, Buffer.alloc(8)), /value of unknown type 13/],
    ['an array of arrays', pair(types.array, Buffer.concat([u32(types.array), u64(1)])), /array of unknown type 9/],
    ['an endless array', pair(types.array, Buffer.concat([u32(types.u8), u64(huge)])), /array is impossibly large/],
    ['an endless string', pair(types.string, u64(2n ** 50n)), /string of 1125899906842624 bytes/],
    ['nothing', buildGguf({}).whole, /neither keys nor tensors/],
    ['an empty dimension', tensor([32, 0]), /goes on in zeros/],
    ['too many dimensions', tensor([1, 1, 1, 1, 1]), /5 dimensions/],
    [
      'a dimension beyond all numbers',
      tensor([2 ** 52, 2 ** 52]),
      /number of elements of a tensor is impossibly large/,
    ],
    ['a row that is no whole blocks', tensor([33], 2), /row of 33 elements is no multiple of the 32 of a Q4_0 block/],
  ])('%s', async (_, content, reason) => {
    const found = await readGgufHeader(memorySource(content));
    expect(found).toMatchObject({ status: 'invalid', reason: expect.stringMatching(reason) });
  });

  test.each([0, 3, 33, 48, 2 ** 31 + 1])('alignment %i', async (alignment) => {
    const { whole } = buildGguf({ keys: [['general.alignment', types.u32, u32(alignment)]] });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({
      status: 'invalid',
      reason: expect.stringContaining('power of two'),
    });
  });

  test('an alignment of another type', async () => {
    const { whole } = buildGguf({ keys: [['general.alignment', types.u64, u64(32)]] });
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({ status: 'invalid' });
  });

  test('tensors in one place', async () => {
    const { whole, header } = smallModel();
    u64(32).copy(whole, header.length - 8);
    expect(await readGgufHeader(memorySource(whole))).toMatchObject({
      status: 'invalid',
      reason: expect.stringContaining('overlap'),
    });
  });
});

describe('limits', () => {
  // 100 MB of empty strings: every eight bytes are one more to walk.
  const endless = Buffer.concat([
    buildGguf({}).whole.subarray(0, 16),
    u64(1),
    text('k'),
    u32(9),
    u32(8),
    u64(12_000_000),
  ]);

  test('no more is read than allowed', async () => {
    const source = memorySource(Buffer.concat([endless, Buffer.alloc(96_000_000)]));
    const found = await readGgufHeader(source, { maxReadBytes: 4_000_000 });
    expect(found).toMatchObject({ status: 'invalid', reason: 'the header is longer than 4000000 bytes' });
    expect(source.readBytes).toBeLessThan(5_000_000);
  });

  test('what takes too long says nothing of the file', async () => {
    const source = memorySource(Buffer.concat([endless, Buffer.alloc(96_000_000)]));
    await expect(readGgufHeader(source, { maxMs: 1 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('strings that the file cannot hold are not walked', async () => {
    const source = memorySource(Buffer.concat([endless, Buffer.alloc(1_000_000)]));
    expect(await readGgufHeader(source)).toMatchObject({ status: 'truncated' });
    expect(source.reads).toBeLessThan(4);
  });
});
