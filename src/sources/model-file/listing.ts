import { opendir } from 'node:fs/promises';
import { errorCode } from '../../core/errors.ts';

export interface Listing {
  readonly names: ReadonlySet<string>;
  /** False: it could not be read to its end, so that a name that is not in it may still be there. */
  readonly whole: boolean;
  /** errno name. */
  readonly error?: string;
}

// A directory of models has a handful of entries, a Hugging Face cache some hundreds.
const maxEntries = 20_000;

/** The names in a directory, as far as they can be read; never throws. */
export async function listDirectory(path: string): Promise<Listing> {
  const names = new Set<string>();
  try {
    for await (const entry of await opendir(path, { bufferSize: 512 })) {
      names.add(entry.name);
      if (names.size >= maxEntries) return { names, whole: false };
    }
    return { names, whole: true };
  } catch (error) {
    return { names, whole: false, error: errorCode(error) ?? 'error' };
  }
}

/** Whether a directory lists a name; undefined if that cannot be told. */
export function lists({ names, whole, error }: Listing, name: string): boolean | undefined {
  if (names.has(name)) return true;
  // A directory that is not there lists nothing.
  return whole || error === 'ENOENT' || error === 'ENOTDIR' ? false : undefined;
}
