import { withElfBytes } from './bytes.ts';
import type { ElfBytes } from './bytes.ts';
import { readDynamic, tag } from './dynamic.ts';
import type { Dynamic } from './dynamic.ts';
import { readHeader, segmentType } from './header.ts';
import type { ElfHeader } from './header.ts';
import { readDefinedVersions, readNeededVersions } from './versions.ts';
import type { NeededVersions } from './versions.ts';

/** What the kernel and the dynamic loader read of an ELF file before anything of it runs. */
export interface ElfFile {
  readonly bits: 32 | 64;
  /** e_machine: 62 is x86-64, 183 AArch64. */
  readonly machine: number;
  /** The dynamic loader; undefined for libraries and static programs. */
  readonly interpreter: string | undefined;
  /** Libraries by the names under which they are looked for. */
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** Colon-separated folders; of no effect where there is a runpath. */
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** Linked with `-z nodefaultlib`. */
  readonly noDefaultFolders: boolean;
  readonly neededVersions: readonly NeededVersions[];
  readonly definedVersions: readonly string[];
}

const noDefaultFoldersFlag = 0x800;
const maxNeeded = 1024;

/** Reads an ELF file, some kilobytes of it. Throws `ElfError`, or the file system's error. */
export async function readElf(path: string): Promise<ElfFile> {
  return await withElfBytes(path, async (bytes) => {
    const header = await readHeader(bytes);
    const dynamic = await readDynamic(bytes, header);
    const { bits } = header.numbers;
    const { machine } = header;
    const interpreter = await readInterpreter(bytes, header);
    if (dynamic === undefined) return { ...nothing, bits, machine, interpreter };
    return { bits, machine, interpreter, ...(await readNames(dynamic, header)) };
  });
}

const nothing = {
  needed: [],
  soname: undefined,
  rpath: undefined,
  runpath: undefined,
  noDefaultFolders: false,
  neededVersions: [],
  definedVersions: [],
} as const;

async function readNames(
  dynamic: Dynamic,
  header: ElfHeader,
): Promise<Omit<ElfFile, 'bits' | 'machine' | 'interpreter'>> {
  const textOf = async (key: number): Promise<string | undefined> => {
    const offset = dynamic.value(key);
    return offset === undefined ? undefined : await dynamic.text(offset);
  };
  const needed: string[] = [];
  for (const offset of dynamic.all(tag.needed).slice(0, maxNeeded)) needed.push(await dynamic.text(offset));
  return {
    needed,
    soname: await textOf(tag.soname),
    rpath: await textOf(tag.rpath),
    runpath: await textOf(tag.runpath),
    noDefaultFolders: ((dynamic.value(tag.flags1) ?? 0) & noDefaultFoldersFlag) !== 0,
    neededVersions: await readNeededVersions(dynamic, header.numbers),
    definedVersions: await readDefinedVersions(dynamic, header.numbers),
  };
}

async function readInterpreter(bytes: ElfBytes, { segments }: ElfHeader): Promise<string | undefined> {
  const segment = segments.find(({ type }) => type === segmentType.interpreter);
  if (segment === undefined) return undefined;
  const name = await bytes.read(segment.offset, Math.min(segment.fileBytes, 4096));
  return name.toString('utf8').replace(/\0.*$/s, '');
}
