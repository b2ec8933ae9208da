import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, `${mine}\n`, { flag: 'wx', mode: 0o640 });
      return () => giveBack(path, mine);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      const holder = readLock(path);
      const pid = Number(holder?.split(' ')[0]);
      if (holder !== undefined && pid !== process.pid && Number.isInteger(pid) && identityOf(pid) === holder) {
        throw new LockedError(`${path} is held by process ${pid}: one exporter a state directory`);
      }
      rmSync(path, { force: true });
    }
  }
  throw new LockedError(`${path} cannot be taken: another exporter is starting`);
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
