/** Writes GGUF files of any shape, without any of the reader's code. */

export interface TensorSpec {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** ggml type id. */
  readonly type: number;
  readonly bytes: number;
}

export interface FileSpec {
  readonly version?: number;
  /** Written as `general.alignment`; undefined: not written, and 32. */
  readonly alignment?: number;
  readonly keys?: readonly (readonly [name: string, type: number, value: Buffer])[];
  readonly tensors?: readonly TensorSpec[];
}

export interface BuiltFile {
  readonly header: Buffer;
  /** Header, padding and data that are nowhere zero. */
  readonly whole: Buffer;
  readonly requiredBytes: number;
}

export function buildGguf({ version = 3, alignment, keys = [], tensors = [] }: FileSpec): BuiltFile {
  const pairs = alignment === undefined ? keys : [...keys, ['general.alignment', 4, u32(alignment)] as const];
  const pad = alignment ?? 32;
  const infos: Buffer[] = [];
  let offset = 0;
  let end = 0;
  for (const { name, dimensions, type, bytes } of tensors) {
    infos.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));
    end = offset + bytes;
    offset = roundUp(end, pad);
  }
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(pairs.length),
    ...pairs.flatMap(([name, type, value]) => [text(name), u32(type), value]),
    ...infos,
  ]);
  const requiredBytes = tensors.length === 0 ? header.length : roundUp(header.length, pad) + end;
  const whole = Buffer.alloc(requiredBytes, 0xa5);
  header.copy(whole);
  return { header, whole, requiredBytes };
}

export const types = { u8: 0, u16: 2, u32: 4, f32: 6, bool: 7, string: 8, array: 9, u64: 10 } as const;

export function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

export function strings(values: readonly string[]): Buffer {
  return Buffer.concat([u32(types.string), u64(values.length), ...values.map(text)]);
}

/** F32 tensors `tensor.0` … of so many elements each. */
export function floats(...elements: number[]): TensorSpec[] {
  return elements.map((count, index) => ({ name: `tensor.${index}`, dimensions: [count], type: 0, bytes: count * 4 }));
}

/** A small model such as llama.cpp would load, with keys of every kind. */
export function smallModel(extra: Partial<FileSpec> = {}): BuiltFile {
  return buildGguf({
    keys: [
      ['general.architecture', types.string, text('llama')],
      ['general.file_type', types.u32, u32(15)],
      ['llama.rope.scale', types.f32, u32(0x3f80_0000)],
      ['tokenizer.ggml.tokens', types.array, strings(['a', 'bc', '', 'def'])],
      ['tokenizer.ggml.scores', types.array, Buffer.concat([u32(types.f32), u64(3), Buffer.alloc(12, 1)])],
      ['tokenizer.chat_template', types.string, text('{{ messages }}'.repeat(50))],
      ...(extra.keys ?? []),
    ],
    tensors: extra.tensors ?? [
      { name: 'token_embd.weight', dimensions: [256, 8], type: 12, bytes: 8 * 144 },
      { name: 'blk.0.attn_norm.weight', dimensions: [256], type: 0, bytes: 1024 },
      { name: 'output.weight', dimensions: [256, 3], type: 14, bytes: 3 * 210 },
    ],
    ...(extra.alignment === undefined ? {} : { alignment: extra.alignment }),
    ...(extra.version === undefined ? {} : { version: extra.version }),
  });
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
