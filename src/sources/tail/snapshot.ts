/** The generations beside a log with what stat says of them, taken so that a rotation meanwhile is noticed. */
import { errorCode } from '../../core/errors.ts';
import type { FileFacts } from './facts.ts';
import { statLog } from './open-log.ts';
import { findSiblings } from './siblings.ts';
import type { Sibling } from './siblings.ts';

export interface Entry {
  readonly sibling: Sibling;
  readonly facts: FileFacts;
}

const attempts = 5;

/** Two looks that agree: names move on by one at every rotation, and a fast writer may rotate while we look. */
export async function takeSnapshot(path: string): Promise<Entry[]> {
  let entries = await look(path);
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const again = await look(path);
    const agree = namesOf(again) === namesOf(entries);
    entries = again;
    if (agree) break;
  }
  return entries;
}

async function look(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const sibling of await siblingsOf(path)) {
    const facts = await statLog(sibling.path);
    if (!('unreadable' in facts)) entries.push({ sibling, facts });
  }
  return entries;
}

async function siblingsOf(path: string): Promise<Sibling[]> {
  try {
    return await findSiblings(path);
  } catch (error) {
    // A directory that may not be listed can still hold a log that may be read.
    if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}

function namesOf(entries: readonly Entry[]): string {
  return entries.map(({ sibling, facts }) => `${sibling.path} ${facts.device} ${facts.inode}`).join('\n');
}
