import type { Mount } from '../mounts/mountinfo.ts';

/** One line of /proc/PID/cgroup, see cgroups(7); version 2 has no controllers there. */
export interface Membership {
  readonly controllers: readonly string[];
  /** As seen from the reader's cgroup namespace: `/` at its root, `/..` and on where it lies outside of it. */
  readonly path: string;
}

/** Where the memory controller accounts a process. */
export interface MemoryCgroup {
  readonly version: 1 | 2;
  /** The hierarchy's mount point. */
  readonly mountPoint: string;
  /** The cgroup's path below the mount point; empty: it is the mount point itself. */
  readonly path: string;
  /** Events of version 2 count descendants too, unless mounted otherwise; those of version 1 never do. */
  readonly eventsIncludeDescendants: boolean;
}

export function parseMemberships(text: string): Membership[] {
  return text.split('\n').flatMap((line) => {
    // The path may itself hold colons, as containerd's do.
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, controllers = '', path = '/'] = match;
    return [{ controllers: controllers.split(',').filter((name) => name !== ''), path }];
  });
}

/** Finds the directory of a process's memory cgroup; undefined where no mounted hierarchy shows it. */
export function findMemoryCgroup(
  memberships: readonly Membership[],
  mounts: readonly Mount[],
): MemoryCgroup | undefined {
  const version1 = memberships.find((each) => each.controllers.includes('memory'));
  // On hybrid systems the memory controller is in one of the two, and only version 1 lists it in /proc/PID/cgroup.
  if (version1 !== undefined) {
    const hierarchies = mounts.filter((mount) => mount.fsType === 'cgroup' && mount.superOptions.includes('memory'));
    return locate(1, version1.path, hierarchies);
  }
  const version2 = memberships.find((each) => each.controllers.length === 0);
  const hierarchies = mounts.filter((mount) => mount.fsType === 'cgroup2');
  return version2 === undefined ? undefined : locate(2, version2.path, hierarchies);
}

function locate(version: 1 | 2, path: string, hierarchies: readonly Mount[]): MemoryCgroup | undefined {
  const found = hierarchies.flatMap((mount) => {
    const below = pathBelow(mount.root, path);
    return below === undefined ? [] : [{ mount, below }];
  });
  // The mount that shows most ancestors, and of equals the last, which lies on top.
  const [widest] = found.toReversed().toSorted((a, b) => b.below.length - a.below.length);
  if (widest === undefined) return undefined;
  return {
    version,
    mountPoint: widest.mount.mountPoint,
    path: widest.below,
    eventsIncludeDescendants: version === 2 && !widest.mount.superOptions.includes('memory_localevents'),
  };
}

/** A hierarchy's mount shows it from its root on, which in a container is often the container's own cgroup. */
function pathBelow(root: string, path: string): string | undefined {
  if (path === root) return '';
  if (root === '/') return /^\/\.\.(\/|$)/.test(path) ? undefined : path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
