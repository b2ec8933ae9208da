/** A small but valid GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little endian. */

const alignment = 32;
const typeUint32 = 4;
const typeString = 8;

/** Metadata as of a Llama model, and one F32 tensor of `elements` numbers: the file is little longer than 4 × `elements`. */
export function tinyGguf(elements = 16_384): Buffer {
  const metadata = [
    keyValue('general.architecture', 'llama'),
    keyValue('general.name', 'simulated node'),
    keyValue('general.alignment', alignment),
    keyValue('general.file_type', 15), // mostly Q4_K_M
    keyValue('llama.block_count', 1),
    keyValue('llama.context_length', 2048),
  ];
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(1),
    uint64(metadata.length),
    ...metadata,
    tensorInfo('token_embd.weight', elements),
  ]);
  const dataStart = Math.ceil(header.length / alignment) * alignment;
  return Buffer.concat([header, Buffer.alloc(dataStart - header.length), tensorData(elements)]);
}

function keyValue(key: string, value: string | number): Buffer {
  return typeof value === 'string'
    ? Buffer.concat([string(key), uint32(typeString), string(value)])
    : Buffer.concat([string(key), uint32(typeUint32), uint32(value)]);
}

/** Name, number of dimensions, dimensions, type (0 is F32), offset in the data. */
function tensorInfo(name: string, elements: number): Buffer {
  return Buffer.concat([string(name), uint32(1), uint64(elements), uint32(0), uint64(0)]);
}

/** Ones, so that no tail of the file is all zeros. */
function tensorData(elements: number): Buffer {
  return Buffer.from(new Float32Array(elements).fill(1).buffer);
}

function string(text: string): Buffer {
  return Buffer.concat([uint64(Buffer.byteLength(text)), Buffer.from(text)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
