import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import { mayRead, permits } from '../../../src/sources/model-file/access.ts';
import { createModelReader } from '../../../src/sources/model-file/reader.ts';
import { findUser } from '../../../src/sources/model-file/user.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const read = 4;

test.each([
  ['its owner', 0o400, { uid: 10, gids: [] }, true],
  ['its owner without the bit, whatever others may', 0o044, { uid: 10, gids: [20] }, false],
  ['a member of its group', 0o040, { uid: 11, gids: [5, 20] }, true],
  ['a member of its group without the bit', 0o404, { uid: 11, gids: [20] }, false],
  ['anybody', 0o004, { uid: 11, gids: [] }, true],
  ['nobody', 0o440, { uid: 11, gids: [] }, false],
])('%s', (_, mode, user, allowed) => {
  expect(permits({ mode, uid: 10, gid: 20 }, user, read)).toBe(allowed);
});

const nobody = { uid: 65_534, gids: [65_534] };

test('a file is readable only through directories that let the user through', async () => {
  await chmod(scratch(), 0o755);
  await mkdir(scratch('models'));
  await writeFile(scratch('models', 'm.gguf'), 'x', { mode: 0o644 });
  await symlink('models/m.gguf', scratch('link.gguf'));
  expect(await mayRead(scratch('models', 'm.gguf'), nobody)).toBe(true);
  await chmod(scratch('models'), 0o700);
  expect(await mayRead(scratch('models', 'm.gguf'), nobody)).toBe(false);
  expect(await mayRead(scratch('link.gguf'), nobody)).toBe(false);
  expect(await mayRead(scratch('models', 'm.gguf'), { uid: 0, gids: [] })).toBe(true);
  expect(await mayRead(scratch('none.gguf'), nobody)).toBeUndefined();
});

test('a model is readable only if its program’s user may read it', async () => {
  await chmod(scratch(), 0o755);
  await writeFile(scratch('m.gguf'), 'x', { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(scratch('m.gguf'), 0, 0);
  const reader = createModelReader(createTestHost().files, scratch('m.gguf'), {});
  expect(await reader.look({ timeoutMs: 5_000 })).toMatchObject({ readable: true });
  expect(await reader.look({ timeoutMs: 5_000 }, nobody)).toMatchObject({
    readable: false,
    problems: expect.arrayContaining(['may not be read by the user of its program']),
  });
});

test('users by name and number, with their groups', async () => {
  await writeFile(scratch('passwd'), 'root:x:0:0::/root:/bin/sh\nllama:x:990:991::/:/bin/false\n');
  await writeFile(scratch('group'), 'llama:x:991:\nvideo:x:44:root,llama\nrender:x:109:llama\nother:x:7:llamas\n');
  const expected = { uid: 990, gids: [991, 44, 109] };
  expect(await findUser.run(scratch(), { name: 'llama' })).toEqual(expected);
  expect(await findUser.run(scratch(), { name: '990' })).toEqual(expected);
  expect(await findUser.run(scratch(), { name: 'nobody' })).toBeNull();
});
