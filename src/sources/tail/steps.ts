/** Opens one file beside a log, as it is or as it was before it was compressed. */
import { dirname, join } from 'node:path';
import { openCompressed } from './compressed.ts';
import type { FileFacts } from './facts.ts';
import { openLog, statLog } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import type { Sibling } from './siblings.ts';

/** One generation on the way back from the newest: open, or known to be there and unreadable. */
export interface Step {
  readonly sibling: Sibling;
  readonly facts: FileFacts;
  readonly log: OpenLog | undefined;
}

const attempts = 5;

export async function take(sibling: Sibling): Promise<Step | undefined> {
  const { path, compression, scheme } = sibling;
  if (compression !== undefined) return takeCompressed(sibling, compression);
  const log = await openLog(path);
  if ('facts' in log) return { sibling, facts: log.facts, log };
  // It may have been compressed just now, under logrotate's default name.
  if (log.unreadable === 'missing' && scheme !== 'other')
    return takeCompressed({ ...sibling, path: `${path}.gz` }, 'gz');
  return unreadableStep(sibling);
}

/** While a file is compressed it is there twice, and only the plain one is complete. */
async function takeCompressed(sibling: Sibling, compression: string): Promise<Step | undefined> {
  const { path, plainName } = sibling;
  const compressed = { ...sibling, compression };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const log = await openCompressed(path, compression);
    const plain = await openLog(join(dirname(path), plainName));
    const now = await statLog(path);
    if ('facts' in log && !('facts' in plain) && 'stamp' in now && now.stamp === log.facts.stamp) {
      return { sibling: compressed, facts: log.facts, log };
    }
    if ('facts' in log) await log.file.close();
    if ('facts' in plain) return { sibling, facts: plain.facts, log: plain };
    if ('unreadable' in now) return undefined;
  }
  return unreadableStep(compressed);
}

/** It is there, and its size is known. */
async function unreadableStep(sibling: Sibling): Promise<Step | undefined> {
  const facts = await statLog(sibling.path);
  return 'unreadable' in facts ? undefined : { sibling, facts, log: undefined };
}

export async function closeAll(steps: readonly Step[]): Promise<void> {
  for (const { log } of steps) await log?.file.close();
}
