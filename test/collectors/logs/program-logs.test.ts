import { describe, expect, test } from 'vitest';
import { configuredLogs, supervisordLogs } from '../../../src/collectors/logs/program-logs.ts';
import type { ProgramStanza, ProgramStatus, SupervisordSnapshot } from '../../../src/sources/supervisord/types.ts';

function snapshotOf(...programs: Partial<ProgramStatus>[]): SupervisordSnapshot {
  const known = { name: '', group: '', startSeconds: 100, stdoutLog: '/log/out', stderrLog: '/log/err' };
  const all = programs.map((program) => ({ ...known, ...program }) as ProgramStatus);
  return { programs: all } as Partial<SupervisordSnapshot> as SupervisordSnapshot;
}

function pathsOf(
  status: Partial<ProgramStatus>,
  stanza: Partial<ProgramStanza> = {},
  silent: readonly string[] = [],
): string[] {
  const stanzas = [{ program: status.program, command: 'run', ...stanza } as ProgramStanza];
  const logs = supervisordLogs(['all'], snapshotOf(status), stanzas, (path) => silent.includes(path));
  return logs.map(({ path }) => path);
}

describe('logs as supervisord reports them', () => {
  test('standard error', () => {
    expect(pathsOf({ program: 'fastapi' })).toEqual(['/log/err']);
  });

  test('standard output where standard error goes there', () => {
    expect(pathsOf({ program: 'fastapi', stderrLog: '' })).toEqual(['/log/out']);
  });

  test('standard output too of a Temporal worker: its core logs there', () => {
    expect(pathsOf({ program: 'worker-gpu' })).toEqual(['/log/err', '/log/out']);
    expect(pathsOf({ program: 'jobs' }, { command: 'python -m src.backend.worker' })).toEqual(['/log/err', '/log/out']);
  });

  test('standard output too of llama-server --log-jsonl', () => {
    expect(pathsOf({ program: 'llama' }, { command: 'llama-server -m x --log-jsonl' })).toEqual([
      '/log/err',
      '/log/out',
    ]);
  });

  test('standard output too where standard error never said anything', () => {
    expect(pathsOf({ program: 'fastapi' }, {}, ['/log/err'])).toEqual(['/log/err', '/log/out']);
  });

  test('nothing of what goes to supervisord’s own streams, to syslog or nowhere', () => {
    expect(pathsOf({ program: 'fastapi', stderrLog: '/dev/stderr', stdoutLog: '/dev/stdout' })).toEqual([]);
    expect(pathsOf({ program: 'fastapi', stderrLog: '/proc/self/fd/2', stdoutLog: '/proc/1/fd/1' })).toEqual([]);
    expect(pathsOf({ program: 'fastapi', stderrLog: '', stdoutLog: '' })).toEqual([]);
  });

  test('only targets, groups expanded, each file once', () => {
    const snapshot = snapshotOf(
      { program: 'gpu:a', group: 'gpu', stderrLog: '/log/shared' },
      { program: 'gpu:b', group: 'gpu', stderrLog: '/log/shared' },
      { program: 'gpu:c', group: 'gpu', stderrLog: '/log/c' },
      { program: 'other', group: 'other', stderrLog: '/log/other' },
    );
    const logs = supervisordLogs(['gpu', 'gpu:c'], snapshot, [], () => false);
    expect(logs.map(({ program, path }) => [program, path])).toEqual([
      ['gpu:a', '/log/shared'],
      ['gpu:c', '/log/c'],
    ]);
  });

  test('a log without backups is emptied in place at its size', () => {
    const rotations = { stderrRotation: { maxBytes: 5000, backups: 0 }, stdoutRotation: { maxBytes: 0, backups: 0 } };
    const stanzas = [{ program: 'worker', command: 'run', ...rotations } as ProgramStanza];
    const logs = supervisordLogs(['all'], snapshotOf({ program: 'worker' }), stanzas, () => false);
    expect(logs).toEqual([
      { program: 'worker', path: '/log/err', startedMs: 100_000, truncatedAtBytes: 5000 },
      { program: 'worker', path: '/log/out', startedMs: 100_000, truncatedAtBytes: undefined },
    ]);
  });
});

test('configured files stand for themselves', () => {
  const files = [{ program: 'llama', path: '/var/log/llama.err' }];
  const alone = [{ program: 'llama', path: '/var/log/llama.err', startedMs: undefined, truncatedAtBytes: undefined }];
  expect(configuredLogs(files, undefined, [])).toEqual(alone);
  const snapshot = snapshotOf({ program: 'llama', startSeconds: 7 });
  expect(configuredLogs(files, snapshot, [])).toEqual([{ ...alone[0], startedMs: 7000 }]);
});
