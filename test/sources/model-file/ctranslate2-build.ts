/** A CTranslate2 `model.bin` of three variables and an alias, as its Python serializer writes it. */
export function buildCtranslate2(version = 6): Buffer {
  return Buffer.concat([
    u32(version),
    text('WhisperSpec'),
    u32(3), // revision
    u32(3),
    variable('decoder/embeddings/weight', [51, 8], 4, 51 * 8 * 2),
    variable('encoder/conv1/bias', [8], 0, 32),
    variable('encoder/scale', [], 0, 4),
    u32(1),
    text('decoder/projection/weight'),
    text('decoder/embeddings/weight'),
  ]);
}

function variable(name: string, shape: readonly number[], type: number, bytes: number): Buffer {
  return Buffer.concat([
    text(name),
    Buffer.from([shape.length]),
    ...shape.map(u32),
    Buffer.from([type]),
    u32(bytes),
    Buffer.alloc(bytes, 0x5a),
  ]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(value.length + 1);
  return Buffer.concat([length, Buffer.from(`${value}\0`)]);
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
