import { ElfError } from './bytes.ts';
import { tag } from './dynamic.ts';
import type { Dynamic } from './dynamic.ts';
import type { ElfNumbers } from './header.ts';

/** Symbol versions that a file must find in a library: without them it is not loaded. */
export interface NeededVersions {
  readonly library: string;
  readonly versions: readonly string[];
}

// The C++ library, which has most, needs 10 KB for them.
const maxTableBytes = 256 * 1024;
const maxVersions = 4096;
const weak = 2;

/** Linux Standard Base, "Symbol Versioning": Elfxx_Verneed with its Elfxx_Vernaux. Weak versions may be missing. */
export async function readNeededVersions(dynamic: Dynamic, { u16, u32 }: ElfNumbers): Promise<NeededVersions[]> {
  const found: NeededVersions[] = [];
  await walkVersions(dynamic, tag.versionsNeeded, tag.versionsNeededCount, async (table, at) => {
    const versions: string[] = [];
    let auxiliary = at + u32(table, at + 8);
    for (let left = Math.min(u16(table, at + 2), maxVersions); left > 0; left -= 1) {
      if ((u16(table, auxiliary + 4) & weak) === 0) versions.push(await dynamic.text(u32(table, auxiliary + 8)));
      const distance = u32(table, auxiliary + 12);
      if (distance === 0) break;
      auxiliary += distance;
    }
    found.push({ library: await dynamic.text(u32(table, at + 4)), versions });
    return u32(table, at + 12);
  });
  return found;
}

/** Elfxx_Verdef with the first of its Elfxx_Verdaux, which is its name. */
export async function readDefinedVersions(dynamic: Dynamic, { u32 }: ElfNumbers): Promise<string[]> {
  const found: string[] = [];
  await walkVersions(dynamic, tag.versionsDefined, tag.versionsDefinedCount, async (table, at) => {
    found.push(await dynamic.text(u32(table, at + u32(table, at + 12))));
    return u32(table, at + 16);
  });
  return found;
}

/** Calls `visit` for each record of a chain; it returns the distance to the next. */
async function walkVersions(
  dynamic: Dynamic,
  tableTag: number,
  countTag: number,
  visit: (table: Buffer, at: number) => Promise<number>,
): Promise<void> {
  const address = dynamic.value(tableTag);
  if (address === undefined) return;
  const table = await dynamic.at(address, maxTableBytes);
  let at = 0;
  try {
    for (let left = Math.min(dynamic.value(countTag) ?? 0, maxVersions); left > 0; left -= 1) {
      const distance = await visit(table, at);
      if (distance === 0) return;
      at += distance;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new ElfError('damaged', 'symbol versions reach beyond their table');
    throw error;
  }
}
