/** The gate as a program: exit statuses, what it says, and the process that it becomes. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requireCommand } from '../../setup/packages.ts';
import { isAlive } from '../../support/processes.ts';
import { buildGguf, floats } from '../../sources/gguf/build.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';

const scratch = useScratch();
let program = '';
let folder = '';
const { whole } = buildGguf({ tensors: floats(50_000, 50_000) });
const children: ChildProcess[] = [];

// One file starts in a fraction of the time, and is what is shipped.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-gate-'));
  program = join(folder, 'main.cjs');
  const entry = fileURLToPath(new URL('entry.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node22',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds this. */
  readonly said: (pattern: RegExp) => Promise<void>;
}

function gate(args: readonly string[], env: Record<string, string> = {}): Running {
  const startMs = performance.now();
  const child = spawn(process.execPath, [program, 'gate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    pid: child.pid ?? 0,
    child,
    ended: once(child, 'close').then(([status]) => ({
      status: status as number | null,
      stdout,
      stderr,
      ms: performance.now() - startMs,
    })),
    said: async (pattern) => {
      const deadlineMs = performance.now() + 20_000;
      while (!pattern.test(stderr)) {
        if (performance.now() > deadlineMs) throw new Error(`never said ${pattern}: ${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

const quick = ['--stable-for', '200ms', '--timeout', '30s'];

describe('the model', () => {
  test('that is there and at rest: exit 0 after the time that it must rest', async () => {
    writeFileSync(scratch('m.gguf'), whole);
    const { status, stdout, stderr, ms } = await gate(['--model', scratch('m.gguf'), ...quick]).ended;
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/gate: ready after .*m\.gguf \(400\.\d\d kB\)\n$/);
    expect(ms).toBeGreaterThan(200);
  });

  test('that comes slowly: progress, and open only at the end', async () => {
    const { ended, said } = gate(['--model', scratch('m.gguf'), ...quick]);
    await said(/m\.gguf: does not exist/);
    for (let at = 0; at < 200_000; at += 50_000) {
      appendFileSync(scratch('m.gguf'), whole.subarray(at, at + 50_000));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await said(/m\.gguf: \d+\.\d\d of 400\.\d\d kB \(\d+ %\), [\d.]+ kB\/s, .* left/);
    appendFileSync(scratch('m.gguf'), whole.subarray(200_000));
    const doneMs = performance.now();
    const { status } = await ended;
    expect(status).toBe(0);
    expect(performance.now() - doneMs).toBeGreaterThan(200);
  }, 30_000);

  test('that never comes: exit 1 in time, and says what is missing', async () => {
    writeFileSync(scratch('m.gguf'), whole.subarray(0, 300_000));
    writeFileSync(scratch('m.gguf.part'), '');
    const models = ['--model', scratch('m.gguf'), scratch('none.gguf')];
    const { status, stderr, ms } = await gate([...models, '--timeout', '1500ms', '--quiet']).ended;
    expect(status).toBe(1);
    expect(stderr).toBe(
      [
        'gate: not ready after 1s500ms:',
        `  ${scratch('m.gguf')}: 300000 of ${whole.length} bytes are there`,
        `  ${scratch('m.gguf')}: anomaly: partial_twin (m.gguf.part)`,
        `  ${scratch('none.gguf')}: does not exist`,
        '',
      ].join('\n'),
    );
    expect(ms).toBeLessThan(8_000);
  });

  test('need not be GGUF', async () => {
    writeFileSync(scratch('m.gguf'), 'something else');
    const args = ['--model', scratch('m.gguf'), '--stable-for', '200ms', '--timeout', '1s'];
    expect((await gate(args).ended).status).toBe(1);
    expect((await gate([...args, '--no-gguf']).ended).status).toBe(0);
  });

  test('and what a pattern asks for', async () => {
    writeFileSync(scratch('m.gguf'), whole);
    const pattern = `${scratch('whisper')}/*/model.bin`;
    const { ended, said } = gate(['--model', scratch('m.gguf'), '--require', pattern, ...quick]);
    await said(/fits no file/);
    mkdirSync(scratch('whisper/large'), { recursive: true });
    writeFileSync(scratch('whisper/large/model.bin'), 'x');
    expect((await ended).status).toBe(0);
  });

  test('on a file system that does not answer: exit 1 in time nevertheless', async () => {
    mkdirSync(scratch('real'));
    mkdirSync(scratch('mount'));
    writeFileSync(scratch('real/m.gguf'), whole);
    const daemon = spawn(requireCommand('bindfs'), ['-f', scratch('real'), scratch('mount')], { stdio: 'ignore' });
    children.push(daemon);
    try {
      const deadlineMs = performance.now() + 10_000;
      while (!existsSync(scratch('mount/m.gguf'))) {
        if (performance.now() > deadlineMs) throw new Error('bindfs does not mount');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      daemon.kill('SIGSTOP');
      const args = ['--model', scratch('mount/m.gguf'), '--stable-for', '200ms', '--timeout', '1s'];
      const { status, stderr, ms } = await gate([...args, '--', 'echo', 'opened']).ended;
      expect(status).toBe(1);
      expect(stderr).toContain('cannot be looked at');
      expect(ms).toBeLessThan(10_000);
    } finally {
      daemon.kill('SIGKILL');
      spawnSync('umount', ['-l', scratch('mount')]);
    }
  }, 30_000);
});

describe('the command', () => {
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
});

test('ended while it waits it leaves nothing behind', async () => {
  const { child, pid, said, ended } = gate(['--model', scratch('m.gguf'), ...quick]);
  await said(/does not exist/);
  const agents = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  expect(agents).toHaveLength(1);
  child.kill('SIGTERM');
  await ended;
  const deadlineMs = performance.now() + 5_000;
  while (agents.some(isAlive) && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(agents.some(isAlive)).toBe(false);
});

test.each([
  ['nothing to wait for', [], 'gate needs --model FILE or --require GLOB'],
  ['a time without unit', ['--model', 'm', '--stable-for', '5'], '--stable-for: found 5'],
  ['no time', ['--model', 'm', '--timeout', '0s'], '--timeout: found 0s'],
])('usage: %s', async (_, args, message) => {
  const { status, stderr } = await gate(args).ended;
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
