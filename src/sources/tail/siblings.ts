/** Other generations of a log in its directory, by the names that rotation gives them. */
import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { linkTarget } from './links.ts';
import { classify, numberOf } from './rotated-names.ts';
import type { RotatedName } from './rotated-names.ts';

export interface Sibling extends RotatedName {
  readonly path: string;
}

const maxEntries = 100_000;
const maxSiblings = 1000;

/**
 * Files whose names begin like the log's, beside it and beside what it links to. Newest first within each scheme: a
 * rotation meanwhile moves files on to names that are still to be looked at, so that none is missed.
 */
export async function findSiblings(path: string): Promise<Sibling[]> {
  const target = await linkTarget(path);
  const beside = await listSiblings(path, false);
  const siblings = target === path ? beside : [...beside, ...(await listSiblings(target, true))];
  const sorted = siblings.toSorted((a, b) => compareText(a.scheme, b.scheme) || compareText(b.order, a.order));
  return sorted.flatMap((sibling, index) =>
    sibling.scheme === sorted[index + 1]?.scheme ? [sibling] : [sibling, ...movedOn(sibling)],
  );
}

async function listSiblings(path: string, isLinkTarget: boolean): Promise<Sibling[]> {
  const siblings: Sibling[] = [];
  const base = basename(path);
  let entries = 0;
  try {
    for await (const entry of await opendir(dirname(path))) {
      entries += 1;
      if (entries > maxEntries || siblings.length >= maxSiblings) break;
      const name = entry.isDirectory() ? undefined : classify(base, entry.name, isLinkTarget);
      if (name) siblings.push({ ...name, path: join(dirname(path), entry.name) });
    }
  } catch (error) {
    // A directory that may not be listed can still hold a log that may be read.
    if (!['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
  }
  return siblings;
}

const movesMeanwhile = 8;

/** The names beyond the oldest numbered one: where it goes if the log is rotated while we look. */
function movedOn(oldest: Sibling): Sibling[] {
  const number = numberOf(oldest);
  if (number === undefined) return [];
  const prefix = oldest.path.slice(0, -String(number).length);
  if (`${prefix}${number}` !== oldest.path) return [];
  return Array.from({ length: movesMeanwhile }, (_, index) => ({ ...oldest, path: `${prefix}${number + index + 1}` }));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
