import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { failureOf, readGuarded } from './guarded-read.ts';
import type { ReadFailure } from './guarded-read.ts';
import { mapLimited } from './limited.ts';

export type Environment = Readonly<Record<string, string>>;

// As for command lines.
const maxBytes = 6 * 1024 * 1024;
const maxValueLength = 4096;

/**
 * The named variables of processes' environments as they were at their exec, by pid. Nothing that is not named ever
 * leaves the file agent. A process that has overwritten its environment (setproctitle) has none of them.
 */
export const readProcessEnvironment: FileOperation<
  { pids: readonly number[]; names: readonly string[] },
  Record<string, { readonly variables: Environment } | { readonly failure: ReadFailure }>
> = {
  name: 'procfs.environment',
  async run(path, { pids, names }) {
    const entries = await mapLimited(pids, async (pid) => {
      try {
        const content = await readGuarded(join(path, String(pid), 'environ'), maxBytes);
        return [String(pid), { variables: pickVariables(content, names) }] as const;
      } catch (error) {
        return [String(pid), { failure: failureOf(error) }] as const;
      }
    });
    return Object.fromEntries(entries);
  },
};

/** The named variables of NUL-separated `NAME=value` strings; the first of a name counts, as for getenv(3). */
export function pickVariables(content: Buffer, names: readonly string[]): Environment {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = findVariable(content, name);
    if (value !== undefined) found[name] = value.slice(0, maxValueLength);
  }
  return found;
}

function findVariable(content: Buffer, name: string): string | undefined {
  const prefix = `${name}=`;
  let at = content.indexOf(prefix);
  while (at > 0 && content[at - 1] !== 0) at = content.indexOf(prefix, at + 1);
  if (at < 0) return undefined;
  const end = content.indexOf(0, at);
  return content.toString('utf8', at + prefix.length, end < 0 ? content.length : end);
}
