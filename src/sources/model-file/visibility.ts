import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { listDirectory, lists } from './listing.ts';
import type { Listing } from './listing.ts';

export interface Visibility {
  readonly present: boolean | undefined;
  readonly listed: boolean | undefined;
  readonly danglingLink: boolean;
  readonly statError: string | undefined;
  readonly stats: BigIntStats | undefined;
}

/**
 * Asks for a file both ways, by its name and by its directory's listing: with cached attributes (network volumes) the two
 * can contradict each other for long. What contradicts is asked again, since a rename between the two looks the same.
 */
export async function lookBothWays(path: string, listing: Listing): Promise<Visibility> {
  const first = await lookOnce(path, listing);
  return contradicts(first) ? lookOnce(path, await listDirectory(dirname(path))) : first;
}

/** The directory shows the name, the file system denies the file. A dangling link is not that: it can be statted itself. */
export function isListedNotStatable({ listed, danglingLink, statError }: ContradictionFacts): boolean {
  return listed === true && statError !== undefined && !danglingLink;
}

export function isStatableNotListed({ listed, statError, danglingLink }: ContradictionFacts): boolean {
  return listed === false && (statError === undefined || danglingLink === true);
}

type ContradictionFacts = Partial<Pick<Visibility, 'listed' | 'danglingLink' | 'statError'>>;

async function lookOnce(path: string, listing: Listing): Promise<Visibility> {
  const [found, link] = await Promise.all([tryStat(path), tryLstat(path)]);
  const listed = lists(listing, basename(path));
  const isLink = link?.isSymbolicLink() ?? false;
  if ('stats' in found) {
    return { present: true, listed, danglingLink: false, statError: undefined, stats: found.stats };
  }
  const nowhere = absentCodes.has(found.code);
  return {
    present: nowhere ? false : listed || undefined,
    listed,
    danglingLink: isLink && nowhere,
    statError: found.code,
    stats: undefined,
  };
}

const absentCodes: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function contradicts(visibility: Visibility): boolean {
  return isListedNotStatable(visibility) || isStatableNotListed(visibility);
}

async function tryStat(path: string): Promise<{ stats: BigIntStats } | { code: string }> {
  try {
    return { stats: await stat(path, { bigint: true }) };
  } catch (error) {
    return { code: errorCode(error) ?? 'error' };
  }
}

async function tryLstat(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch {
    return undefined;
  }
}
