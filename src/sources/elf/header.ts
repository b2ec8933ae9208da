import { ElfError } from './bytes.ts';
import type { ElfBytes } from './bytes.ts';

/** Reads numbers as the file's class and byte order say; `word` is an address, offset or size. */
export interface ElfNumbers {
  readonly bits: 32 | 64;
  readonly u16: (buffer: Buffer, at: number) => number;
  readonly u32: (buffer: Buffer, at: number) => number;
  readonly word: (buffer: Buffer, at: number) => number;
}

export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
}

export interface ElfHeader {
  readonly numbers: ElfNumbers;
  /** e_machine: 62 is x86-64, 183 AArch64. */
  readonly machine: number;
  readonly segments: readonly Segment[];
}

/** Segment types of elf(5). */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;

// e_type: what can be run or loaded.
const executable = 2;
const shared = 3;
// Toolchains make about a dozen.
const maxSegments = 1024;

/** Header and program headers, as elf(5) has them. Throws `ElfError`. */
export async function readHeader(bytes: ElfBytes): Promise<ElfHeader> {
  const start = await bytes.readUpTo(0, 64);
  if (start.length === 0) throw new ElfError('not_elf', 'the file is empty');
  if (start.toString('latin1', 0, 4) !== '\u007fELF') throw new ElfError('not_elf', 'no ELF header');
  // Of the shortest header there is.
  if (start.length < 52) throw new ElfError('truncated', 'the ELF header is cut off');
  const numbers = numbersOf(start);
  const is64 = numbers.bits === 64;
  if (is64 && start.length < 64) throw new ElfError('truncated', 'the ELF header is cut off');
  const type = numbers.u16(start, 16);
  if (type !== executable && type !== shared) throw new ElfError('damaged', `an ELF file of type ${type}`);
  const tableOffset = numbers.word(start, is64 ? 32 : 28);
  const entryBytes = numbers.u16(start, is64 ? 54 : 42);
  const count = numbers.u16(start, is64 ? 56 : 44);
  if (entryBytes < (is64 ? 56 : 32) || count === 0 || count > maxSegments) {
    throw new ElfError('damaged', `${count} program headers of ${entryBytes} bytes`);
  }
  const table = await bytes.read(tableOffset, entryBytes * count);
  const segments = Array.from({ length: count }, (_, index) => segmentAt(numbers, table, index * entryBytes));
  for (const { type: kind, offset, fileBytes } of segments) {
    if (kind === segmentType.load && offset + fileBytes > bytes.sizeBytes) {
      throw new ElfError('truncated', `a segment ends at byte ${offset + fileBytes}, the file at ${bytes.sizeBytes}`);
    }
  }
  return { numbers, machine: numbers.u16(start, 18), segments };
}

function numbersOf(start: Buffer): ElfNumbers {
  const [, , , , bitsCode, order] = start;
  if ((bitsCode !== 1 && bitsCode !== 2) || (order !== 1 && order !== 2)) {
    throw new ElfError('damaged', `ELF class ${bitsCode}, byte order ${order}`);
  }
  const little = order === 1;
  const bits = bitsCode === 2 ? 64 : 32;
  const u32 = (buffer: Buffer, at: number): number => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  return {
    bits,
    u16: (buffer, at) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at)),
    u32,
    // Beyond 2^53 no file has anything; what is that large fails as an offset.
    word: (buffer, at) =>
      bits === 32 ? u32(buffer, at) : Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at)),
  };
}

function segmentAt({ bits, u32, word }: ElfNumbers, table: Buffer, at: number): Segment {
  const [offset, address, fileBytes] = bits === 64 ? [8, 16, 32] : [4, 8, 16];
  return {
    type: u32(table, at),
    offset: word(table, at + offset),
    address: word(table, at + address),
    fileBytes: word(table, at + fileBytes),
  };
}
