import { statfsSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findMounts, readFilesystem } from '../../../src/sources/mounts/operations.ts';

let directory: string;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'gpunode-mounts-')));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it('tells size and space of the file system that a link leads to', async () => {
  await symlink(directory, join(directory, 'link'));
  const usage = await readFilesystem.run(join(directory, 'link'), null);
  const { blocks, bsize } = statfsSync(directory);
  expect(usage.realPath).toBe(directory);
  expect(usage.sizeBytes).toBe(blocks * bsize);
  expect(usage.availableBytes).toBeLessThanOrEqual(blocks * bsize);
});

it('has no size for a file system without blocks', async () => {
  expect(await readFilesystem.run('/proc', null)).toEqual({ realPath: '/proc' });
});

it('rejects with ENOENT for a path that is not there', async () => {
  await expect(readFilesystem.run(join(directory, 'gone'), null)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('finds this machine’s own mounts', async () => {
  const found = await findMounts.run('/proc/self/mountinfo', { paths: ['/proc', directory] });
  expect(found['/proc']).toMatchObject({ mountPoint: '/proc', fsType: 'proc' });
  expect(directory.startsWith(found[directory]?.mountPoint ?? 'nowhere')).toBe(true);
});
