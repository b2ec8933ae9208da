import { basename } from 'node:path';
import { shardNumber } from '../gguf/shards.ts';
import { completenessOf } from './completeness.ts';
import type { FileContent, FileLook, ModelFormat, ModelLook, Twin } from './types.ts';
import { isListedNotStatable, isStatableNotListed } from './visibility.ts';

/** Anomalies that one look can show; `replaced_while_mapped` needs a look at the program as well. */
export type FileAnomaly =
  | 'dangling_symlink'
  | 'listed_not_statable'
  | 'statable_not_listed'
  | 'partial_twin'
  | 'sparse'
  | 'zero_tail';

/** What a look at a model says of it as a whole; undefined is what could not be told. */
export interface ModelVerdict {
  readonly format: ModelFormat;
  readonly present: boolean | undefined;
  readonly regular: boolean | undefined;
  readonly readable: boolean | undefined;
  readonly sizeBytes: number | undefined;
  readonly allocatedBytes: number | undefined;
  /** Of all files together. */
  readonly requiredBytes: number | undefined;
  /** Of an absent model undefined. */
  readonly complete: boolean | undefined;
  /** Why it is not there or not readable, one phrase each. */
  readonly accessProblems: readonly string[];
  /** These, and why it is not complete. */
  readonly problems: readonly string[];
  readonly anomalies: Readonly<Record<FileAnomaly, boolean>>;
  /** It is there, and whether its directory lists it cannot be told. */
  readonly unlisted: true | undefined;
  readonly twins: readonly Twin[];
  /** There are zeros at the end, or holes, though not nothing but zeros: it may be preallocated and half filled. */
  readonly maybeUnfilled: boolean;
  /** Equal for two looks between which nothing changed; undefined while nothing is there. */
  readonly fingerprint: string | undefined;
  /** Of the file that was named, or for a directory of its largest file. */
  readonly inode: string | undefined;
  /** Of all files. */
  readonly inodes: readonly string[];
  /** The newest of all files. */
  readonly ctimeMs: number | undefined;
  readonly architecture: string | undefined;
  readonly quantization: string | undefined;
  readonly parameters: number | undefined;
}

/** Pure: puts a look and the contents that belong to it (by path) together. */
export function judgeModel(look: ModelLook, contents: ReadonlyMap<string, FileContent>): ModelVerdict {
  const { files, twins } = look;
  const present = presenceOf(look);
  const statuses = files.flatMap(({ status }) => (status === undefined ? [] : [status]));
  const inside = files.flatMap(({ path }) => contents.get(path) ?? []);
  const { complete, requiredBytes, problems } = completenessOf(look, contents);
  const accessProblems = accessProblemsOf(look);
  const suspects = files.map((file) => suspicionOf(file, contents.get(file.path)));
  const anyOf = (test: (file: FileLook) => boolean): boolean =>
    files.some(test) || (look.directory !== undefined && test(look.directory));
  return {
    format: look.format,
    present,
    regular: regularityOf(look),
    readable: readabilityOf(look),
    sizeBytes: present === true ? sum(statuses.map(({ sizeBytes }) => sizeBytes)) : undefined,
    allocatedBytes: present === true ? sum(statuses.map(({ allocatedBytes }) => allocatedBytes)) : undefined,
    requiredBytes: present === true ? requiredBytes : undefined,
    complete: present === true ? complete : undefined,
    accessProblems,
    problems: [...accessProblems, ...(present === true ? problems : [])],
    anomalies: {
      dangling_symlink: anyOf(({ danglingLink }) => danglingLink),
      listed_not_statable: anyOf(isListedNotStatable),
      statable_not_listed: anyOf(isStatableNotListed),
      partial_twin: twins.length > 0,
      sparse: suspects.some(({ sparse }) => sparse),
      zero_tail: inside.some(({ zeroTail }) => zeroTail),
    },
    unlisted: isUnlisted(look) || undefined,
    twins,
    maybeUnfilled: suspects.some(({ sparse, zeroTail, zeroData }) => (sparse || zeroTail) && !zeroData),
    fingerprint: fingerprintOf(look),
    inode: statuses[0]?.inode,
    inodes: statuses.map(({ inode }) => inode),
    ctimeMs: statuses.length === 0 ? undefined : Math.max(...statuses.map(({ ctimeMs }) => ctimeMs)),
    architecture: inside.find(({ architecture }) => architecture !== undefined)?.architecture,
    quantization: inside.find(({ quantization }) => quantization !== undefined)?.quantization,
    parameters: sum(inside.map(({ parameters }) => parameters)),
  };
}

/** The named file, or the directory. */
function subjectOf({ directory, files }: ModelLook): Omit<FileLook, 'content'> | undefined {
  return directory ?? files[0];
}

function presenceOf(look: ModelLook): boolean | undefined {
  return subjectOf(look)?.present;
}

function isUnlisted(look: ModelLook): boolean {
  const subject = subjectOf(look);
  return subject?.present === true && subject.listed === undefined;
}

/** Everything that is there and should be a regular file is one; of a directory also that it is a directory. */
function regularityOf(look: ModelLook): boolean | undefined {
  const subject = subjectOf(look);
  if (subject?.present !== true) return subject?.present;
  if (subject.kind === undefined) return undefined;
  if (subject.kind !== (look.directory === undefined ? 'regular' : 'directory')) return false;
  return look.files.every(({ present, kind }) => present !== true || kind === 'regular');
}

function readabilityOf(look: ModelLook): boolean | undefined {
  const subject = subjectOf(look);
  if (subject?.present === false) return false;
  const readable = look.files
    .filter(({ present }) => present !== false)
    .map(({ opened, allowed }) => opened && allowed !== false);
  if (readable.includes(false)) return false;
  if (look.directory !== undefined) return look.directory.opened !== false && look.files.length > 0;
  return regularityOf(look) === false ? false : readable.every(Boolean) || undefined;
}

function fingerprintOf(look: ModelLook): string | undefined {
  if (presenceOf(look) !== true) return undefined;
  return look.files.map(({ path, status }) => `${path}=${status?.fingerprint ?? 'absent'}`).join('\n');
}

function accessProblemsOf({ directory, files }: ModelLook): string[] {
  return [...(directory === undefined ? [] : [directory]), ...files].flatMap((file, index) => {
    const problem = accessProblem(file, directory !== undefined && index === 0);
    return problem === undefined ? [] : [`${nameOf(file.path)}${problem}`];
  });
}

function accessProblem(file: Omit<FileLook, 'content'>, isDirectory: boolean): string | undefined {
  if (file.danglingLink) return 'is a symbolic link that leads nowhere';
  if (isListedNotStatable(file)) return `is listed by its directory, but cannot be looked up (${file.statError})`;
  if (file.present === false) return 'does not exist';
  if (isStatableNotListed(file)) return 'exists, but its directory does not list it';
  if (file.present === undefined) return `cannot be looked up (${file.statError})`;
  if (isDirectory && file.kind !== 'directory') return 'is not a directory';
  if (isDirectory) return file.opened === false ? `cannot be read (${file.openError})` : undefined;
  if (file.kind !== 'regular')
    return `is not a regular file but ${file.kind === 'directory' ? 'a directory' : 'special'}`;
  if (file.opened === false) return `cannot be read (${file.openError})`;
  return file.allowed === false ? 'may not be read by the user of its program' : undefined;
}

/** Only shards need naming: of anything else the reader knows what is meant. */
function nameOf(path: string): string {
  const number = shardNumber(path);
  return number === undefined ? '' : `shard ${number} (${basename(path)}) `;
}

// Compression and rounding account for a few per cent.
const holesBeyond = 0.95;
const slackBytes = 8192;

function suspicionOf({ status }: FileLook, content: FileContent | undefined): Suspicion {
  const { sizeBytes = 0, allocatedBytes = sizeBytes } = status ?? {};
  return {
    sparse: allocatedBytes < sizeBytes * holesBeyond - slackBytes,
    zeroTail: content?.zeroTail ?? false,
    zeroData: content?.zeroData ?? false,
  };
}

interface Suspicion {
  readonly sparse: boolean;
  readonly zeroTail: boolean;
  readonly zeroData: boolean;
}

/** Undefined when a part of it is. */
export function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    values.length === 0 ? undefined : 0,
  );
}
