import { basename, join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { readGuarded } from '../procfs/guarded-read.ts';

export interface MappedFile {
  readonly inode: string;
  readonly path: string;
  /** The name has gone since, or another file has taken it. */
  readonly deleted: boolean;
}

export interface MappingArgs {
  /** Wanted are files with one of these inodes, … */
  readonly inodes: readonly string[];
  /** … or of one of these names, … */
  readonly names: readonly string[];
  /** … or any `.gguf`. */
  readonly anyModel: boolean;
}

/** The model files that a process has mapped; the path is `/proc/PID`. */
export const findMappedModels: FileOperation<MappingArgs, readonly MappedFile[]> = {
  name: 'model_file.mappings',
  async run(path, { inodes, names, anyModel }) {
    const mapped = parseMappings((await readGuarded(join(path, 'maps'), maxBytes)).toString('utf8'));
    const wanted = ({ inode, path: file }: MappedFile): boolean =>
      inodes.includes(inode) || names.includes(basename(file)) || (anyModel && file.endsWith('.gguf'));
    return mapped.filter(wanted).slice(0, maxFiles);
  },
};

// A process with CUDA has some thousand mappings of about a hundred bytes.
const maxBytes = 8 * 1024 * 1024;
const maxFiles = 64;

/** Files of a /proc/PID/maps (proc_pid_maps(5)), each once. */
export function parseMappings(text: string): MappedFile[] {
  const files = new Map<string, MappedFile>();
  for (const line of text.split('\n')) {
    const [, inode = '0', rest = ''] = /^\S+ \S+ \S+ \S+ (\d+)\s+(\/.*)$/.exec(line) ?? [];
    if (inode === '0') continue;
    const deleted = rest.endsWith(deletedMark);
    const path = deleted ? rest.slice(0, -deletedMark.length) : rest;
    files.set(`${inode} ${path}`, { inode, path, deleted });
  }
  return [...files.values()];
}

const deletedMark = ' (deleted)';

/**
 * Whether a process serves another file than the one that the model's path leads to now. Only inode numbers count: the
 * device that maps shows differs from stat's on overlay and btrfs.
 */
export function isReplaced(
  mapped: readonly MappedFile[],
  current: readonly string[],
  paths: readonly string[],
): boolean {
  if (mapped.length === 0 || current.length === 0) return false;
  if (mapped.some(({ inode }) => current.includes(inode))) return false;
  // The same name with another inode and not deleted is the same file behind a file system that renumbers.
  return !mapped.every(({ path, deleted }) => !deleted && paths.includes(path));
}

/** The path of `findMappedModels` for a process. */
export function mappingsPath(pid: number): string {
  return join('/proc', String(pid));
}
