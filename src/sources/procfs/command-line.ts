import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { failureOf, readGuarded } from './guarded-read.ts';
import type { ReadFailure } from './guarded-read.ts';
import { mapLimited } from './limited.ts';

// The kernel limits arguments and environment together to three quarters of an 8 MiB stack.
const maxBytes = 6 * 1024 * 1024;

/**
 * The argument vectors of processes, by pid; empty for kernel threads and zombies. They may hold secrets: never log or
 * label them.
 */
export const readCommandLines: FileOperation<
  { pids: readonly number[] },
  Record<string, { readonly argv: readonly string[] } | { readonly failure: ReadFailure }>
> = {
  name: 'procfs.command_lines',
  async run(path, { pids }) {
    const entries = await mapLimited(pids, async (pid) => {
      try {
        const content = await readGuarded(join(path, String(pid), 'cmdline'), maxBytes);
        return [String(pid), { argv: splitStrings(content) }] as const;
      } catch (error) {
        return [String(pid), { failure: failureOf(error) }] as const;
      }
    });
    return Object.fromEntries(entries);
  },
};

/** Splits NUL-terminated strings; a process may have overwritten its own and left out the last NUL. */
export function splitStrings(content: Buffer): string[] {
  const strings = content.toString('utf8').split('\0');
  if (strings.at(-1) === '') strings.pop();
  return strings;
}
