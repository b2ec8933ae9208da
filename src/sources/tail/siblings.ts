/** Other generations of a log in its directory, by the names that rotation gives them. */
import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../core/errors.ts';
import { linkTarget } from './links.ts';
import { classify } from './rotated-names.ts';
import type { RotatedName } from './rotated-names.ts';

export interface Sibling extends RotatedName {
  readonly path: string;
}

const maxEntries = 100_000;
const maxSiblings = 1000;

/**
 * Files whose names begin like the log's, beside it and beside what it links to. Newest first within each scheme: a
 * rotation meanwhile moves files on to names that are still to be looked at, so that none is missed. Not every one exists.
 */
export async function findSiblings(path: string): Promise<Sibling[]> {
  const target = await linkTarget(path);
  const beside = await listSiblings(path, false);
  const siblings = target === path ? beside : [...beside, ...(await listSiblings(target, true))];
  return withNamesToCome(siblings).toSorted(
    // While a file is compressed it is there twice: the plain one is complete.
    (a, b) => compareText(a.scheme, b.scheme) || compareText(b.order, a.order) || compareText(a.path, b.path),
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

/** Adds the names that numbered files have after a few more rotations, compressed or not. */
function withNamesToCome(siblings: readonly Sibling[]): Sibling[] {
  const all = new Map(siblings.map((sibling) => [sibling.path, sibling]));
  for (const { number, path } of siblings) {
    if (!number) continue;
    for (let moves = 0; moves <= movesMeanwhile; moves += 1) {
      for (const ending of ['', number.ending]) {
        const name = `${number.prefix}${number.value + moves}${number.suffix}${ending}`;
        const sibling = classify(number.base, name, false);
        const moved = join(dirname(path), name);
        if (sibling && !all.has(moved)) all.set(moved, { ...sibling, path: moved });
      }
    }
  }
  return [...all.values()];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
