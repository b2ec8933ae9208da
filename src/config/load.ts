import { closeSync, openSync, readSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { errorMessage } from '../core/errors.ts';
import { describeIssues } from './issues.ts';
import { configSchema } from './schema.ts';
import type { Config } from './schema.ts';

/** The configuration cannot be used. Each line of the message says where, what was found and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

// A configuration is a page or two; something huge is not one.
const maxBytes = 1024 * 1024;

/** Reads and checks a configuration file; without a file, the defaults. Throws `ConfigError` with all problems at once. */
export function loadConfig(file: string | undefined): Config {
  return file === undefined ? parseConfig('', 'defaults') : parseConfig(readText(file), file);
}

/** Checks the text of a configuration; `file` is what its problems are reported against. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      return `${file}:${line}:${col}: ${message.replaceAll('\n', ' ')}`;
    });
    throw new ConfigError(problems.join('\n'));
  }
  const content = toPlain(document, file) ?? {};
  const result = configSchema.safeParse(content);
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues, content)
    .map(({ path, problem }) => ({ line: lineOf(document, path, lines), problem }))
    .toSorted((a, b) => a.line - b.line);
  throw new ConfigError(problems.map(({ line, problem }) => `${file}:${line}: ${problem}`).join('\n'));
}

function readText(file: string): string {
  try {
    const bytes = readBeginning(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw new Error(`expected at most ${maxBytes} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

/** Also of what has no end, such as a device. */
function readBeginning(file: string, bytes: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes; length += got)
      got = readSync(fd, buffer, length, bytes - length, null);
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(`${file}: ${errorMessage(error)}`, { cause: error });
  }
}

/** Line of the node at a path, or of the nearest one above it that exists. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const position = keyPosition(parent, path[length - 1]);
    if (position !== undefined) return lines.linePos(position).line;
  }
  return 1;
}

interface Ranged {
  readonly range?: readonly number[] | null;
}

function keyPosition(parent: unknown, key: PropertyKey | undefined): number | undefined {
  if (typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items)) {
    return undefined;
  }
  const items: unknown[] = parent.items;
  if (typeof key === 'number') return (items[key] as Ranged | undefined)?.range?.[0];
  for (const item of items) {
    const pair = item as { key?: Ranged & { value?: unknown } };
    if (pair.key?.value === key) return pair.key?.range?.[0];
  }
  return undefined;
}
