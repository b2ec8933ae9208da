import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rename, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { findMappedModels, isReplaced, mappingsPath, parseMappings } from '../../../src/sources/model-file/mappings.ts';
import { findModelServer } from '../../../src/sources/model-file/server-process.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

/** Starts a program in a group of its own and waits until it says that it is there. */
async function start(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    cwd: scratch(),
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

/** All processes of a group, as the collector would name them. */
function groupOf(pgid: number): { pid: number; ppid: number }[] {
  const child = readFileSync(`/proc/${pgid}/task/${pgid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return [{ pid: pgid, ppid: process.pid }, ...child.map((pid) => ({ pid, ppid: pgid }))];
}

const say = 'console.log(1); setInterval(() => {}, 1000)';

describe('the process that serves a model', () => {
  test('by its command line', async () => {
    await writeFile(scratch('llama-server.js'), say);
    const pid = await start(process.execPath, [
      scratch('llama-server.js'),
      '-m',
      '/models/a.gguf',
      '--api-key',
      'secret',
    ]);
    const found = await findModelServer.run('/proc', { processes: groupOf(pid) });
    expect(found).toMatchObject({ pid, serving: true, model: '/models/a.gguf' });
    expect(found?.user?.uid).toBe(process.getuid?.());
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  test('a relative path is relative to where it runs', async () => {
    await writeFile(scratch('llama-server.js'), say);
    const pid = await start(process.execPath, [scratch('llama-server.js'), '-m', 'a.gguf']);
    expect(await findModelServer.run('/proc', { processes: groupOf(pid) })).toMatchObject({ model: scratch('a.gguf') });
  });

  test('by its environment', async () => {
    await writeFile(scratch('llama-server.js'), say);
    const pid = await start(process.execPath, [scratch('llama-server.js')], { LLAMA_ARG_MODEL: '/models/b.gguf' });
    const found = await findModelServer.run('/proc', { processes: groupOf(pid) });
    expect(found).toMatchObject({ serving: true, model: '/models/b.gguf' });
  });

  test('the child of a wrapper script, not the script', async () => {
    await writeFile(scratch('llama-server.js'), say);
    const script = `"${process.execPath}" "${scratch('llama-server.js')}" -m /models/a.gguf & wait`;
    const pid = await start('/bin/sh', ['-c', script]);
    const found = await findModelServer.run('/proc', { processes: groupOf(pid) });
    expect(found).toMatchObject({ serving: true, model: '/models/a.gguf' });
    expect(found?.pid).not.toBe(pid);
  });

  test('a script that waits serves nothing yet', async () => {
    const pid = await start('/bin/bash', ['-c', 'echo waiting; while :; do sleep 1; done']);
    const found = await findModelServer.run('/proc', { processes: groupOf(pid) });
    expect(found).toMatchObject({ serving: false });
    expect(found).toHaveProperty('model', undefined);
  });

  test('of what waits the variables that may name a model, and no others', async () => {
    const variables = { LLAMA_MODEL: '/models/c.gguf', MODEL_API_KEY: 'secret', HOME: '/root' };
    const pid = await start('/bin/bash', ['-c', 'echo waiting; while :; do sleep 1; done'], variables);
    const found = await findModelServer.run('/proc', { processes: groupOf(pid) });
    expect(found?.environment).toEqual({ LLAMA_MODEL: '/models/c.gguf' });
  });

  test('nobody', async () => {
    expect(await findModelServer.run('/proc', { processes: [] })).toBeNull();
  });
});

describe('the file that is mapped', () => {
  const python = `
import mmap, sys, time
with open(sys.argv[1], 'rb') as file: mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
print(1, flush=True)
time.sleep(600)`;

  async function serve(path: string): Promise<{ pid: number; inode: string }> {
    const pid = await start('/usr/bin/python3', ['-c', python, path]);
    return { pid, inode: String((await stat(path, { bigint: true })).ino) };
  }

  async function replaced(pid: number, path: string, then: string): Promise<boolean> {
    const now = String((await stat(path, { bigint: true })).ino);
    const args = { inodes: [now, then], names: ['m.gguf'], anyModel: true };
    return isReplaced(await findMappedModels.run(mappingsPath(pid), args), [now], [path]);
  }

  test('is the one at the path, until another takes its name', async () => {
    await writeFile(scratch('m.gguf'), 'a'.repeat(10_000));
    const { pid, inode } = await serve(scratch('m.gguf'));
    expect(await replaced(pid, scratch('m.gguf'), inode)).toBe(false);
    await writeFile(scratch('new'), 'b'.repeat(10_000));
    await rename(scratch('new'), scratch('m.gguf'));
    expect(await replaced(pid, scratch('m.gguf'), inode)).toBe(true);
  });

  test('is another one after a link was turned', async () => {
    await writeFile(scratch('blob1'), 'a'.repeat(10_000));
    await writeFile(scratch('blob2'), 'b'.repeat(10_000));
    await symlink('blob1', scratch('m.gguf'));
    const { pid, inode } = await serve(scratch('m.gguf'));
    expect(await replaced(pid, scratch('m.gguf'), inode)).toBe(false);
    await unlink(scratch('m.gguf'));
    await symlink('blob2', scratch('m.gguf'));
    expect(await replaced(pid, scratch('m.gguf'), inode)).toBe(true);
  });

  test('written in place it is still the same', async () => {
    await writeFile(scratch('m.gguf'), 'a'.repeat(10_000));
    const { pid, inode } = await serve(scratch('m.gguf'));
    await writeFile(scratch('m.gguf'), 'b'.repeat(9_000));
    expect(await replaced(pid, scratch('m.gguf'), inode)).toBe(false);
  });
});

test('lines of maps, with spaces in names', () => {
  const text = [
    '7f0000000000-7f0000001000 r--s 00000000 fe:00 4242                       /models/my model.gguf',
    '7f0000001000-7f0000002000 r--s 00001000 fe:00 4242                       /models/my model.gguf',
    '7f0000002000-7f0000003000 r--s 00000000 fe:00 4243                       /models/old.gguf (deleted)',
    '7f0000003000-7f0000004000 rw-p 00000000 00:00 0                          [heap]',
    '7f0000004000-7f0000005000 rw-p 00000000 00:00 0 ',
    '',
  ].join('\n');
  expect(parseMappings(text)).toEqual([
    { inode: '4242', path: '/models/my model.gguf', deleted: false },
    { inode: '4243', path: '/models/old.gguf', deleted: true },
  ]);
});

test.each([
  ['nothing is mapped', [], false],
  ['the same file', [{ inode: '1', path: '/m.gguf', deleted: false }], false],
  ['another file', [{ inode: '2', path: '/old.gguf', deleted: false }], true],
  ['a deleted one', [{ inode: '2', path: '/m.gguf', deleted: true }], true],
  [
    'the name under another number, as overlay file systems show it',
    [{ inode: '2', path: '/m.gguf', deleted: false }],
    false,
  ],
  [
    'the same file and a projector',
    [
      { inode: '1', path: '/m.gguf', deleted: false },
      { inode: '9', path: '/p.gguf', deleted: false },
    ],
    false,
  ],
])('replaced: %s', (_, mapped, expected) => {
  expect(isReplaced(mapped, ['1'], ['/m.gguf'])).toBe(expected);
});
