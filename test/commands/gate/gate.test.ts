/** The gate as a program: when it opens, and what it says. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requireCommand } from '../../setup/packages.ts';
import { isAlive } from '../../support/processes.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { quick, useGate, whole } from './program.ts';

const scratch = useScratch();
const { gate, children } = useGate();

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

  test('is looked at once, however short the time and slow the machine', async () => {
    const slow = "if (process.argv[2] === '__files') for (const end = Date.now() + 700; Date.now() < end; );";
    writeFileSync(scratch('slow.cjs'), slow);
    const args = ['--model', scratch('m.gguf'), '--timeout', '50ms', '--quiet'];
    const { status, stderr } = await gate(args, { NODE_OPTIONS: `--require ${scratch('slow.cjs')}` }).ended;
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('does not exist') });
  });

  test('need not be GGUF', async () => {
    writeFileSync(scratch('m'), 'something else');
    const args = ['--model', scratch('m'), '--stable-for', '200ms', '--timeout', '1s'];
    expect((await gate(args).ended).status).toBe(1);
    expect((await gate([...args, '--no-gguf']).ended).status).toBe(0);
  });

  test('and what a pattern asks for', async () => {
    writeFileSync(scratch('m.gguf'), whole);
    const pattern = `${scratch('whisper')}/*/model.bin`;
    const { ended, said } = gate(['--model', scratch('m.gguf'), '--require', pattern, ...quick]);
    await said(/fits no file/);
    mkdirSync(scratch('whisper/large'), { recursive: true });
    // What is only required may be anything, also an empty mark.
    writeFileSync(scratch('whisper/large/model.bin'), '');
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
