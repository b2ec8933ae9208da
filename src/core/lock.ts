import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from './errors.ts';

/** The state directory belongs to another exporter that is alive. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/**
 * Takes the lock file, or throws `LockedError` with the pid that holds it. A lock whose process is gone, or whose pid now
 * belongs to another process, is taken over. Returns the function that gives it back.
 */
export function takeLock(path: string): () => void {
  const mine = identityOf(process.pid) ?? String(process.pid);
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${mine}\n`, { mode: 0o640 });
    for (let attempt = 1; ; attempt++) {
      if (put(draft, path)) return () => giveBack(path, mine);
      const holder = readLock(path);
      if (isHeld(holder)) {
        throw new LockedError(`${path} is held by process ${pidOf(holder)}: one exporter a state directory`);
      }
      if (attempt > 3) throw new LockedError(`${path} cannot be taken: another exporter is starting`);
      removeStale(path, draft);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link is there at once with its content: nobody sees a lock that is not written yet. */
function put(file: string, path: string): boolean {
  try {
    linkSync(file, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(holder: string | undefined): holder is string {
  if (holder === undefined) return false;
  const pid = pidOf(holder);
  return pid !== process.pid && Number.isInteger(pid) && identityOf(pid) === holder;
}

function pidOf(holder: string): number {
  return Number(holder.split(' ')[0]);
}

/** Between a look at a stale lock and its removal another exporter may take it over: they do that one at a time. */
function removeStale(path: string, draft: string): void {
  const guard = `${path}.takeover`;
  if (!put(draft, guard)) {
    const other = readLock(guard);
    if (other !== undefined && !isHeld(other)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (!isHeld(readLock(path))) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function giveBack(path: string, mine: string): void {
  if (readLock(path) === mine) rmSync(path, { force: true });
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

// A pid alone may have been used again: the start time (field 22 of /proc/PID/stat) makes it unique within a boot, and
// the boot id beyond it.
function identityOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${pid} ${startTicks} ${bootId}`;
  } catch {
    return undefined;
  }
}
