import { expect, test } from 'vitest';
import type { ExecResult } from '../../../src/core/host.ts';
import { classifyAnswer, complaintOf, exitCodeOf } from '../../../src/sources/nvidia-smi/answer.ts';
import { finished } from './fake-exec.ts';

const classify = (result: Partial<ExecResult>): unknown => {
  const answer = classifyAnswer(finished(result), (stdout) => stdout.startsWith('count, '));
  return answer.kind === 'failed' ? answer.reason : answer.kind;
};

// As with a wrapper that swallows the text.
test.each([
  [0, 'invalid'],
  [1, 'error'],
  [2, 'invalid'],
  [4, 'denied'],
  [6, 'none'],
  [9, 'none'],
  [12, 'none'],
  [14, 'error'],
  [15, 'error'],
  [17, 'denied'],
  [18, 'unavailable'],
  [126, 'denied'],
  [127, 'none'],
  [255, 'error'],
])('exit code %d without a word: %s', (exitCode, expected) => {
  expect(classify({ exitCode })).toBe(expected);
});

test('rows are rows, whatever the exit code', () => {
  expect([0, 14, 255].map((exitCode) => classify({ exitCode, stdout: 'count, index\n1, 0\n' }))).toEqual(
    Array(3).fill('rows'),
  );
});

test('texts that no recording has', () => {
  const nvml = (text: string): unknown => classify({ exitCode: 255, stdout: `Failed to initialize NVML: ${text}\n` });
  expect(nvml('No supported GPUs were found')).toBe('none');
  expect(nvml('Something New')).toBe('unavailable');
  expect(
    classify({ exitCode: 255, stdout: 'Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n' }),
  ).toBe('no_handle');
});

test('a header is no row: the card that cannot be opened counts', () => {
  const stdout =
    'count, index\nUnable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU\n';
  expect(classify({ exitCode: 15, stdout })).toBe('no_handle');
  // Beside rows it is on stderr, from 580 on.
  expect(classify({ exitCode: 0, stdout: 'count, index\n2, 0\n', stderr: stdout.split('\n')[1] ?? '' })).toBe('rows');
});

test('an unknown field, on whichever stream', () => {
  const text = 'Field "power.draw.instant" is not a valid field to query.\n\n';
  expect([classify({ exitCode: 2, stdout: text }), classify({ exitCode: 2, stderr: text })]).toEqual(
    Array(2).fill('unknown_field'),
  );
});

test('an end that was no exit', () => {
  expect(classify({ signal: 'SIGSEGV' })).toBe('error');
  expect(classify({ exitCode: 0, stdout: 'count, index\n', outputTruncated: true })).toBe('invalid');
  expect(classify({ spawnError: { code: 'ENOENT', message: 'x' } })).toBe('none');
  expect(classify({ spawnError: { code: 'EACCES', message: 'x' } })).toBe('denied');
  expect(classify({ spawnError: { code: 'EAGAIN', message: 'x' } })).toBe('error');
});

test('the exit code as a shell shows it', () => {
  const code = (result: Partial<ExecResult>): unknown => exitCodeOf(finished(result));
  expect([
    code({ exitCode: 14 }),
    code({ signal: 'SIGKILL' }),
    code({ spawnError: { code: 'ENOENT', message: '' } }),
    code({ spawnError: { code: 'EACCES', message: '' } }),
    code({ timedOut: true, signal: 'SIGTERM' }),
  ]).toEqual([14, 137, 127, 126, undefined]);
});

test('what goes to the log is one short line of text', () => {
  const stderr = `Unable\n\n\u001b[31mto ${'x'.repeat(1_000)}`;
  expect(complaintOf(finished({ stderr }))).toMatch(/^Unable \[31mto x+$/);
  expect(complaintOf(finished({ stderr })).length).toBe(300);
  const answer = classifyAnswer(finished({ exitCode: 255, stdout: stderr }), () => false);
  expect(answer).toMatchObject({ message: expect.stringMatching(/^nvidia-smi ended with 255: Unable \[31mto x+$/) });
});
