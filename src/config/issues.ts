import type { z } from 'zod';
import { isAboutSecret, maskAnyAddress } from './secrets.ts';
import { keysAt } from './shape.ts';

type Issue = z.core.$ZodIssue;

export interface Problem {
  readonly path: readonly PropertyKey[];
  /** `path: what was found, what was expected`. */
  readonly problem: string;
}

/** Every problem of `content` by `schema` in one line of words. Values are quoted short, and never those of secret keys. */
export function describeIssues(issues: readonly Issue[], content: unknown, schema: z.ZodType): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue.path, issue.keys, keysAt(schema, issue.path));
    const { path } = issue;
    return [{ path, problem: `${dotted(path)}: ${explain(issue, found(content, path))}` }];
  });
}

function unknownKeys(
  at: readonly PropertyKey[],
  keys: readonly string[],
  known: readonly string[] | undefined,
): Problem[] {
  const expected = known === undefined ? '' : `, expected one of ${known.join(', ')}`;
  return keys.map((key) => ({ path: [...at, key], problem: `${dotted([...at, key])}: unknown key${expected}` }));
}

function explain(issue: Issue, value: unknown): string {
  const shown =
    value === undefined
      ? 'nothing'
      : JSON.stringify(typeof value === 'string' ? maskAnyAddress(value) : value).slice(0, 60);
  switch (issue.code) {
    case 'invalid_type':
      return `found ${shown}, expected ${article(issue.expected)}`;
    case 'invalid_value':
      return `found ${shown}, expected ${issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ')}`;
    case 'too_small':
      return `found ${shown}, expected at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `found ${shown}, expected at most ${issue.maximum}${unit(issue.origin)}`;
    default:
      return issue.message.startsWith('expected ')
        ? `found ${shown}, ${issue.message}`
        : `${issue.message} (found ${shown})`;
  }
}

function unit(origin: string): string {
  if (origin === 'array') return ' entries';
  return origin === 'string' ? ' characters' : '';
}

function article(expected: string): string {
  const names: Record<string, string> = {
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    tuple: 'a list',
    int: 'a whole number',
    string: 'a text',
    boolean: 'true or false',
  };
  return names[expected] ?? `a ${expected}`;
}

function dotted(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'configuration';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function found(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const key of path) {
    // Also of a `…_file` key: whoever mistook it has written the secret itself there.
    if (isAboutSecret(String(key))) return '<secret>';
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'a mapping') : value;
}
