import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMount } from '../../../src/sources/mounts/find-mount.ts';
import { parseMountInfo } from '../../../src/sources/mounts/mountinfo.ts';
import type { Mount } from '../../../src/sources/mounts/mountinfo.ts';

function recorded(name: string): Mount[] {
  const file = join(import.meta.dirname, '../../captures/mounts', `${name}.mountinfo`);
  return parseMountInfo(readFileSync(file, 'utf8'));
}

describe('the mount that a path lies on', () => {
  it.each([
    ['not-mounted', '/workspace', '/', 'rootfs'],
    ['mounted', '/workspace', '/workspace', 'volume'],
    ['mounted', '/workspace/packages/models', '/workspace', 'volume'],
    ['mounted', '/workspaces', '/', 'rootfs'],
    ['nested', '/workspace/models/llm', '/workspace/models', 'models'],
    ['nested', '/workspace/with space\ttab', '/workspace/with space\ttab', 'inner'],
    ['nested', '/workspace/back\\slash#/x', '/workspace/back\\slash#', 'inner2'],
    // The mount below /workspace is still in the table, but nobody gets there any more.
    ['covered', '/workspace/models', '/workspace', 'cover'],
    ['covered', '/srv/data/file', '/srv/data', 'volume'],
    ['read-only', '/workspace', '/workspace', 'volume'],
    ['chroot', '/workspace/x', '/workspace', 'jw'],
  ])('%s %s: %s', (name, path, mountPoint, device) => {
    const mounts = recorded(name);
    const mount = findMount(mounts, path);
    expect(mount?.mountPoint).toBe(mountPoint);
    expect(mount?.device).toBe(mounts.find((each) => sourceOf(name, each) === device)?.device);
  });

  it('is not a directory that was bound onto itself to harden one service', () => {
    const mounts = recorded('hardened-service');
    expect(findMount(mounts, '/hardened')?.mountPoint).toBe('/');
    expect(findMount(mounts, '/workspace')).toMatchObject({ mountPoint: '/workspace', options: ['rw', 'relatime'] });
  });

  it('is unknown where the table has no root', () => {
    expect(findMount(recorded('chroot'), '/etc')).toBeUndefined();
    expect(findMount([], '/')).toBeUndefined();
  });

  it('is found, or not, in any table without going in circles', () => {
    const id = fc.integer({ min: 0, max: 6 });
    const path = fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/b');
    const mount: fc.Arbitrary<Mount> = fc.record({
      id,
      parentId: id,
      device: fc.constantFrom('0:1', '0:2'),
      root: path,
      mountPoint: path,
      options: fc.constant(['rw']),
      fsType: fc.constant('tmpfs'),
      superOptions: fc.constant(['rw']),
    });
    fc.assert(
      fc.property(fc.array(mount, { maxLength: 12 }), path, (mounts, wanted) => {
        const found = findMount(mounts, wanted);
        expect(found === undefined || mounts.includes(found)).toBe(true);
      }),
    );
  });
});

describe('mountinfo', () => {
  it('reads optional fields, sources without a name and read-only file systems', () => {
    const text = [
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root ro,errors=continue',
      '37 35 0:40 / /x ro,nosuid shared:3 - tmpfs  rw,size=4k',
      'nonsense',
      '',
    ].join('\n');
    expect(parseMountInfo(text)).toEqual([
      {
        id: 36,
        parentId: 35,
        device: '98:0',
        root: '/mnt1',
        mountPoint: '/mnt2',
        options: ['rw', 'noatime'],
        fsType: 'ext3',
        superOptions: ['ro', 'errors=continue'],
      },
      {
        id: 37,
        parentId: 35,
        device: '0:40',
        root: '/',
        mountPoint: '/x',
        options: ['ro', 'nosuid'],
        fsType: 'tmpfs',
        superOptions: ['rw', 'size=4k'],
      },
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMountInfo(text)).toBeInstanceOf(Array);
      }),
    );
  });
});

function sourceOf(name: string, mount: Mount): string | undefined {
  const file = join(import.meta.dirname, '../../captures/mounts', `${name}.mountinfo`);
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${mount.id} `));
  return / - \S+ (\S+) /.exec(line ?? '')?.[1];
}
