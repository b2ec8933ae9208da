import { open, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { glob } from 'tinyglobby';
import { errorCode } from '../../core/errors.ts';
import type { FileOperation } from '../../core/host.ts';

export interface ConfigFile {
  readonly path: string;
  /** Absent when not asked for or when it cannot be read. */
  readonly text?: string;
  /** Changes with the file: size, times and identity. */
  readonly version: string;
  /** Why it cannot be read. */
  readonly error?: string;
}

export interface ReadConfigArgs {
  /** Patterns of [include], absolute or relative to the main file's folder. */
  readonly patterns: readonly string[];
  readonly withText: boolean;
}

export interface ReadConfigResult {
  /** The main file, then those that the patterns match, in supervisord's order. */
  readonly files: readonly ConfigFile[];
  readonly unmatched: readonly string[];
}

const maxFiles = 200;
const maxFileBytes = 1024 * 1024;
const maxTotalBytes = 4 * maxFileBytes;

/** Reads or only looks at supervisord.conf and its includes. Fails only if the main file cannot be read. */
export const readConfigFiles: FileOperation<ReadConfigArgs, ReadConfigResult> = {
  name: 'supervisord.config',
  async run(mainFile, { patterns, withText }) {
    const files = [await look(mainFile, withText)];
    const unmatched: string[] = [];
    let bytes = files[0]?.text?.length ?? 0;
    for (const pattern of patterns) {
      const matches = await match(path.resolve(path.dirname(mainFile), pattern));
      if (matches.length === 0) unmatched.push(pattern);
      for (const file of matches.slice(0, maxFiles - files.length)) {
        const found = await look(file, withText && bytes < maxTotalBytes).catch((error: unknown) => ({
          path: file,
          version: '',
          error: errorCode(error) ?? 'unreadable',
        }));
        files.push(found);
        bytes += 'text' in found ? (found.text?.length ?? 0) : 0;
      }
    }
    return { files, unmatched };
  },
};

async function look(file: string, withText: boolean): Promise<ConfigFile> {
  const found = await stat(file);
  // Opening a pipe would wait for its writer.
  if (!found.isFile()) throw Object.assign(new Error(`${file} is not a regular file`), { code: 'EINVAL' });
  const { size, mtimeMs, ctimeMs, ino } = found;
  const version = [size, mtimeMs, ctimeMs, ino].join(' ');
  return withText ? { path: file, version, text: await readBeginning(file) } : { path: file, version };
}

async function readBeginning(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(maxFileBytes);
    const { bytesRead } = await handle.read(buffer, 0, maxFileBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

// Python's glob.glob: `*`, `?` and `[…]`, no braces, no hidden files, `**` like `*`.
async function match(pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?[]/.test(part));
  if (first < 0) {
    const found = await stat(pattern).catch(() => undefined);
    return found === undefined ? [] : [pattern];
  }
  // A leading ! would negate.
  const rest = parts.slice(first).map((part) => part.replace(/^!/, '\\!'));
  const matches = await glob(`./${rest.join('/')}`, {
    cwd: parts.slice(0, first).join('/') || '/',
    deep: rest.length,
    absolute: true,
    onlyFiles: false,
    expandDirectories: false,
    braceExpansion: false,
    extglob: false,
    globstar: false,
  });
  return matches.toSorted();
}
