import type { TimedEvent } from '../../core/contract.ts';
import type { Logger } from '../../core/host.ts';
import type { FilesystemFacts } from './filesystems.ts';

export interface FilesystemWatch {
  /** Logs what changed since the last look, and returns as events what somebody may want to see on a timeline. */
  compare(filesystems: readonly FilesystemFacts[], atMs: number): TimedEvent[];
}

/** Tells of mounts that come and go, of changed mount options and of paths that do not answer: once, when it happens. */
export function createFilesystemWatch(log: Logger): FilesystemWatch {
  const last = new Map<string, FilesystemFacts>();

  function compareOne(now: FilesystemFacts, atMs: number): TimedEvent[] {
    const { path: mountpoint } = now;
    const before = last.get(mountpoint);
    last.set(mountpoint, remember(before, now));
    reportProblem(before, now);
    const options = describe(now);
    if (options !== undefined && options !== describe(before)) {
      const message = before === undefined ? 'mount options' : 'mount options changed';
      log.info(message, { mountpoint, options, before: describe(before) });
    }
    if (before === undefined) return [];
    const changes = [
      ...(isFlip(before.mounted, now.mounted) && now.requireMount ? [now.mounted ? 'mounted' : 'not mounted'] : []),
      ...(isFlip(before.readOnly, now.readOnly) ? [now.readOnly ? 'read-only' : 'writable'] : []),
    ];
    for (const change of changes) log.warn('file system changed', { mountpoint, now: change });
    return changes.map((detail) => ({
      id: `mount ${mountpoint} ${detail} ${atMs}`,
      atMs,
      kind: 'mount',
      subject: mountpoint,
      detail,
    }));
  }

  function reportProblem(before: FilesystemFacts | undefined, { path: mountpoint, problem }: FilesystemFacts): void {
    if (problem?.reason === before?.problem?.reason) return;
    if (problem === undefined) log.info('file system can be looked at again', { mountpoint });
    else log.warn('file system cannot be looked at', { mountpoint, reason: problem.reason, error: problem.text });
  }

  return { compare: (filesystems, atMs) => filesystems.flatMap((each) => compareOne(each, atMs)) };
}

/** What could not be told this time is still as it was last seen, but for the problem. */
function remember(before: FilesystemFacts | undefined, now: FilesystemFacts): FilesystemFacts {
  if (before === undefined) return now;
  const { problem: _, ...known } = before;
  return { ...known, ...now };
}

function isFlip(before: boolean | undefined, now: boolean | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

function describe(facts: FilesystemFacts | undefined): string | undefined {
  return facts?.options === undefined ? undefined : `${facts.fsType} ${facts.options}`.slice(0, 500);
}
