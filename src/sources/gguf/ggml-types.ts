export interface GgmlType {
  readonly name: string;
  /** Elements in a block; a row is a whole number of blocks. */
  readonly blockElements: number;
  readonly blockBytes: number;
}

/** A tensor type by its id; undefined for one that ggml does not have, or that is newer than this table. */
export function ggmlType(id: number): GgmlType | undefined {
  const row = types[id];
  return row && { name: row[0], blockElements: row[1], blockBytes: row[2] };
}

/** What to call a type whose size is not known. */
export function unknownTypeName(id: number): string {
  return removedTypes[id] ?? `type ${id}`;
}

// id: name, elements of a block, bytes of a block. From ggml's own type traits (ggml/src/ggml.c, ggml-common.h). Its
// Python table says 40 bytes for Q8_1, but the block is two half floats and 32 bytes.
const types: Readonly<Record<number, readonly [name: string, elements: number, bytes: number]>> = {
  0: ['F32', 1, 4],
  1: ['F16', 1, 2],
  2: ['Q4_0', 32, 18],
  3: ['Q4_1', 32, 20],
  6: ['Q5_0', 32, 22],
  7: ['Q5_1', 32, 24],
  8: ['Q8_0', 32, 34],
  9: ['Q8_1', 32, 36],
  10: ['Q2_K', 256, 84],
  11: ['Q3_K', 256, 110],
  12: ['Q4_K', 256, 144],
  13: ['Q5_K', 256, 176],
  14: ['Q6_K', 256, 210],
  15: ['Q8_K', 256, 292],
  16: ['IQ2_XXS', 256, 66],
  17: ['IQ2_XS', 256, 74],
  18: ['IQ3_XXS', 256, 98],
  19: ['IQ1_S', 256, 50],
  20: ['IQ4_NL', 32, 18],
  21: ['IQ3_S', 256, 110],
  22: ['IQ2_S', 256, 82],
  23: ['IQ4_XS', 256, 136],
  24: ['I8', 1, 1],
  25: ['I16', 1, 2],
  26: ['I32', 1, 4],
  27: ['I64', 1, 8],
  28: ['F64', 1, 8],
  29: ['IQ1_M', 256, 56],
  30: ['BF16', 1, 2],
  34: ['TQ1_0', 256, 54],
  35: ['TQ2_0', 256, 66],
  39: ['MXFP4', 32, 17],
  40: ['NVFP4', 64, 36],
  41: ['Q1_0', 128, 18],
  42: ['Q2_0', 64, 18],
};

// Ids that ggml has given up: its traits have no size for them, and llama.cpp refuses such a file.
const removedTypes: Readonly<Record<number, string>> = {
  4: 'Q4_2',
  5: 'Q4_3',
  31: 'Q4_0_4_4',
  32: 'Q4_0_4_8',
  33: 'Q4_0_8_8',
  36: 'IQ4_NL_4_4',
  37: 'IQ4_NL_4_8',
  38: 'IQ4_NL_8_8',
};
