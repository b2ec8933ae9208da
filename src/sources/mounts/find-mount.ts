import { join, relative } from 'node:path';
import type { Mount } from './mountinfo.ts';

/**
 * The mount that an absolute path without symbolic links lies on, found as the kernel walks the path: a mount counts only
 * if it is reached through its parent, so that what another mount covers is not taken for visible.
 */
export function findMount(mounts: readonly Mount[], path: string): Mount | undefined {
  const onTheWay = mounts.filter((mount) => contains(mount.mountPoint, path));
  const ids = new Set(mounts.map((mount) => mount.id));
  let found = first(onTheWay.filter((mount) => !ids.has(mount.parentId) || mount.parentId === mount.id));
  // Each step goes to a child; a forged table must not send us in circles.
  for (let steps = 0; found !== undefined && steps < mounts.length; steps += 1) {
    const next = first(childrenOf(found, onTheWay));
    if (next === undefined) break;
    found = next;
  }
  return found === undefined ? undefined : withoutSelfBinds(found, mounts);
}

/**
 * A directory that is mounted onto itself shows what was there before; service managers do that to change its options for
 * one service, so it says nothing of what is mounted for the others.
 */
function withoutSelfBinds(mount: Mount, mounts: readonly Mount[]): Mount {
  const parent = mounts.find((each) => each.id === mount.parentId && each.id !== mount.id);
  const isSelfBind =
    parent?.device === mount.device && join(parent.root, relative(parent.mountPoint, mount.mountPoint)) === mount.root;
  // Only ids that have not been seen yet: a forged table must not send us in circles.
  return isSelfBind
    ? withoutSelfBinds(
        parent,
        mounts.filter((each) => each.id !== mount.id),
      )
    : mount;
}

/** Whether a path lies in a directory or is that directory. */
export function contains(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

function childrenOf(parent: Mount, mounts: readonly Mount[]): Mount[] {
  return mounts.filter(
    (mount) => mount.parentId === parent.id && mount.id !== parent.id && contains(parent.mountPoint, mount.mountPoint),
  );
}

// The shortest is met first on the way down; of two at one place the later one lies on top.
function first(mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (found === undefined || mount.mountPoint.length <= found.mountPoint.length) found = mount;
  }
  return found;
}
