/** The command that the gate becomes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAlive } from '../../support/processes.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { quick, useGate, whole } from './program.ts';

const scratch = useScratch();
const { gate } = useGate();

test('takes the place of the gate: same process, signals as they should be, no child, blocking pipes', async () => {
  writeFileSync(scratch('m.gguf'), whole);
  const script = [
    'echo "pid=$$"',
    'echo "arguments=$*"',
    // With builtins only: while a shell starts a program it blocks signals itself.
    'while read -r name value; do case $name in SigBlk: | SigIgn:) echo "$name$value" ;; esac; done </proc/$$/status',
    'for fd in 1 2; do while read -r name value; do',
    '[ "$name" != flags: ] || echo "nonblocking$fd=$((value & 04000))"; done </proc/$$/fdinfo/$fd; done',
    'read children </proc/$$/task/$$/children; echo "children=$children"',
    'echo "VARIABLE=$VARIABLE"; echo to-stderr >&2; exit 7',
  ].join('\n');
  const { pid, ended } = gate(
    ['--model', scratch('m.gguf'), ...quick, '--', 'sh', '-c', script, 'sh', '-m', 'a b', '--model'],
    { VARIABLE: 'kept' },
  );
  const { status, stdout, stderr } = await ended;
  expect(status).toBe(7);
  expect(stdout.split('\n')).toEqual([
    `pid=${pid}`,
    'arguments=-m a b --model',
    'SigBlk:0000000000000000',
    'SigIgn:0000000000000000',
    'nonblocking1=0',
    'nonblocking2=0',
    'children=',
    'VARIABLE=kept',
    '',
  ]);
  expect(stderr).toContain('to-stderr');
});

test('is found behind a directory of PATH that may not be looked into', async () => {
  writeFileSync(scratch('m.gguf'), whole);
  // One that leads in circles, which not even root can look into.
  symlinkSync(scratch('circle'), scratch('circle'));
  const PATH = `${scratch('circle')}:${process.env['PATH']}`;
  const { status, stdout } = await gate(['--model', scratch('m.gguf'), ...quick, '--', 'echo', 'here'], { PATH }).ended;
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'here\n' });
});

test('may have a name that looks like a variable', async () => {
  writeFileSync(scratch('m.gguf'), whole);
  writeFileSync(scratch('a=b'), '#!/bin/sh\necho "$# $1"\n', { mode: 0o755 });
  const { status, stdout } = await gate(['--model', scratch('m.gguf'), ...quick, '--', scratch('a=b'), 'x y']).ended;
  expect({ status, stdout }).toEqual({ status: 0, stdout: '1 x y\n' });
});

test('is told of bytes that are not handed on as they are', async () => {
  writeFileSync(scratch('m.gguf'), whole);
  // A string of JavaScript cannot hold such a byte: what Node makes of one can stand for it.
  const args = ['--model', scratch('m.gguf'), ...quick, '--quiet', '--', 'true', 'a\uFFFD'];
  const { status, stderr } = await gate(args, { NAME: 'caf\uFFFD' }).ended;
  expect(status).toBe(0);
  expect(stderr).toBe('gate: not UTF-8, and handed on with U+FFFD in it: argument 1, NAME\n');
});

test('is ended by a signal to that process', async () => {
  writeFileSync(scratch('m.gguf'), whole);
  const { child, ended, pid, said } = gate(['--model', scratch('m.gguf'), ...quick, '--', 'sleep', '600']);
  await said(/ready after/);
  child.kill('SIGTERM');
  await ended;
  expect(child.signalCode).toBe('SIGTERM');
  expect(isAlive(pid)).toBe(false);
});

// Without coreutils' env there are perl and python to reset signals with.
test.each([['perl'], ['python3']])('runs also where only %s can reset signals', async (helper) => {
  writeFileSync(scratch('m.gguf'), whole);
  mkdirSync(scratch('bin'));
  const tools = {
    [helper]: execFileSync('sh', ['-c', `command -v /usr/bin/${helper}`]),
    sh: '/bin/sh',
    sed: '/usr/bin/sed',
    true: '/usr/bin/true',
  };
  for (const [name, path] of Object.entries(tools)) {
    writeFileSync(scratch('bin', name), `#!/bin/sh\nexec ${String(path).trim()} "$@"\n`, { mode: 0o755 });
  }
  const script = 'sed -n "s/^SigIgn:\\t//p" /proc/$$/status';
  const args = ['--model', scratch('m.gguf'), ...quick, '--', '/bin/sh', '-c', script];
  const { status, stdout } = await gate(args, { PATH: scratch('bin') }).ended;
  expect({ status, stdout }).toEqual({ status: 0, stdout: '0000000000000000\n' });
});

test.each([
  ['that does not exist', 'no-such-command', 127, 'command not found'],
  ['that is not executable', './plain', 126, 'not executable'],
])('%s', async (_, command, expected, message) => {
  writeFileSync(scratch('m.gguf'), whole);
  writeFileSync(scratch('plain'), '');
  const name = command.replace('.', scratch());
  const { status, stderr } = await gate(['--model', scratch('m.gguf'), ...quick, '--', name]).ended;
  expect(status).toBe(expected);
  expect(stderr).toContain(`${name}: ${message}`);
});

test('is not run when the model never comes', async () => {
  const args = ['--model', scratch('m.gguf'), '--stable-for', '200ms', '--timeout', '500ms'];
  expect(await gate([...args, '--', 'echo', 'opened']).ended).toMatchObject({ status: 1, stdout: '' });
});
