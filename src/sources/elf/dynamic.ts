import { ElfError } from './bytes.ts';
import type { ElfBytes } from './bytes.ts';
import { segmentType } from './header.ts';
import type { ElfHeader } from './header.ts';

/** The dynamic section: what the loader is told, by tag. */
export interface Dynamic {
  /** Every value of a tag, in order. */
  all(tag: number): number[];
  /** The last value of a tag. */
  value(tag: number): number | undefined;
  /** The string at an offset of the string table. */
  text(offset: number): Promise<string>;
  /** Up to `length` bytes at an address of the loaded file. */
  at(address: number, length: number): Promise<Buffer>;
}

/** Tags of elf(5) and, from 0x6fff0000 on, of GNU. */
export const tag = {
  needed: 1,
  stringTable: 5,
  stringTableBytes: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  flags1: 0x6ffffffb,
  versionsDefined: 0x6ffffffc,
  versionsDefinedCount: 0x6ffffffd,
  versionsNeeded: 0x6ffffffe,
  versionsNeededCount: 0x6fffffff,
} as const;

const maxNameBytes = 4096;
// String tables of libraries with many C++ symbols are far larger; those are read name by name.
const wholeTableBytes = 512 * 1024;

/** Undefined for a file without a dynamic section, as static programs are. Throws `ElfError`. */
export async function readDynamic(bytes: ElfBytes, header: ElfHeader): Promise<Dynamic | undefined> {
  const segment = header.segments.find(({ type }) => type === segmentType.dynamic);
  if (segment === undefined) return undefined;
  const { bits, word } = header.numbers;
  const step = bits / 8;
  const table = await bytes.read(segment.offset, segment.fileBytes);
  const entries: [number, number][] = [];
  for (let at = 0; at + 2 * step <= table.length; at += 2 * step) {
    const key = word(table, at);
    if (key === 0) break;
    entries.push([key, word(table, at + step)]);
  }
  const all = (wanted: number): number[] => entries.filter(([key]) => key === wanted).map(([, value]) => value);
  const value = (wanted: number): number | undefined => all(wanted).at(-1);
  const at = (address: number, length: number): Promise<Buffer> => bytes.readUpTo(offsetOf(header, address), length);
  const strings = { address: value(tag.stringTable) ?? 0, sizeBytes: value(tag.stringTableBytes) ?? 0 };
  const whole =
    strings.sizeBytes <= wholeTableBytes && entries.length > 0 ? at(strings.address, strings.sizeBytes) : undefined;
  const known = await whole;
  return {
    all,
    value,
    at,
    async text(offset) {
      if (offset >= strings.sizeBytes) throw new ElfError('damaged', `a name at ${offset} of the string table`);
      const rest = known?.subarray(offset) ?? (await at(strings.address + offset, maxNameBytes));
      const end = rest.subarray(0, maxNameBytes).indexOf(0);
      if (end < 0) throw new ElfError('damaged', 'a name without an end');
      return rest.toString('utf8', 0, end);
    },
  };
}

/** The loader sees addresses, a file has offsets: the segments say which is which. */
function offsetOf({ segments }: ElfHeader, address: number): number {
  const segment = segments.find(
    (each) => each.type === segmentType.load && address >= each.address && address < each.address + each.fileBytes,
  );
  if (segment === undefined) throw new ElfError('damaged', `no segment holds address ${address}`);
  return segment.offset + (address - segment.address);
}
