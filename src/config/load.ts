import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { errorMessage } from '../core/errors.ts';
import { describeIssues } from './issues.ts';
import { configSchema, sectionNames } from './schema.ts';
import type { Config } from './schema.ts';
import { ConfigError, readConfigText } from './text.ts';

/** Reads and checks a configuration file; without a file, the defaults. Throws `ConfigError` with all problems at once. */
export function loadConfig(file: string | undefined): Config {
  return file === undefined ? parseConfig('', 'defaults') : parseConfig(readConfigText(file), file);
}

/** Checks the text of a configuration; `file` is what its problems are reported against. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, code, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      const problem =
        code === 'MULTIPLE_DOCS' ? 'found a second document, expected one' : message.replaceAll('\n', ' ');
      return `${file}:${line}:${col}: ${problem}`;
    });
    throw new ConfigError(problems.join('\n'));
  }
  const content = withoutEmptySections(toPlain(document, file) ?? {});
  const result = configSchema.safeParse(content);
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues, content, configSchema)
    .map(({ path, problem }) => ({ line: lineOf(document, path, lines), problem }))
    .toSorted((a, b) => a.line - b.line);
  throw new ConfigError(problems.map(({ line, problem }) => `${file}:${line}: ${problem}`).join('\n'));
}

/** `supervisor:` with nothing below it, or only comments, is the section with its defaults. */
function withoutEmptySections(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  return Object.fromEntries(
    Object.entries(content).filter(([key, value]) => value !== null || !sectionNames.includes(key)),
  );
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
