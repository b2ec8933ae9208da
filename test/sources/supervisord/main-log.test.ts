import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMainLogLine } from '../../../src/sources/supervisord/main-log.ts';
import { capture } from './captures.ts';

const at = '2026-11-23 13:02:10,981';

test('the time is that of the line', () => {
  expect(parseMainLogLine(`${at} INFO spawned: 'fastapi' with pid 6052`)?.time).toEqual({
    text: at,
    year: 2026,
    month: 11,
    day: 23,
    hour: 13,
    minute: 2,
    second: 10,
    millisecond: 981,
  });
});

// Forms as process.py and options.py of supervisor 4.2.5 make them.
test.each([
  ["INFO spawned: 'fastapi' with pid 6052", { kind: 'spawned', name: 'fastapi', pid: 6052 }],
  ["INFO spawned: 'wörker (1)' with pid 7", { kind: 'spawned', name: 'wörker (1)', pid: 7 }],
  [
    'INFO success: a entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)',
    { kind: 'success', name: 'a' },
  ],
  ['INFO exited: a (exit status 0; expected)', { kind: 'exited', name: 'a', status: { code: 0 }, expected: true }],
  ['WARN exited: a (exit status 3; not expected)', { kind: 'exited', name: 'a', status: { code: 3 }, expected: false }],
  [
    'WARN exited: a (terminated by SIGKILL; not expected)',
    { kind: 'exited', name: 'a', status: { signal: 'SIGKILL' }, expected: false },
  ],
  [
    'WARN exited: a (terminated by SIGSEGV (core dumped); not expected)',
    { kind: 'exited', name: 'a', status: { signal: 'SIGSEGV' }, expected: false },
  ],
  [
    'WARN exited: a (terminated by signal 63; not expected)',
    { kind: 'exited', name: 'a', status: { signal: 'signal 63' }, expected: false },
  ],
  [
    'WARN exited: a (unknown termination cause 0x137f; not expected)',
    { kind: 'exited', name: 'a', status: {}, expected: false },
  ],
  ['WARN stopped: a (terminated by SIGTERM)', { kind: 'stopped', name: 'a', status: { signal: 'SIGTERM' } }],
  [
    'WARN stopped: a (terminated by SIGABRT (core dumped))',
    { kind: 'stopped', name: 'a', status: { signal: 'SIGABRT' } },
  ],
  ['INFO stopped: a (exit status 0)', { kind: 'stopped', name: 'a', status: { code: 0 } }],
  ['INFO gave up: a entered FATAL state, too many start retries too quickly', { kind: 'gave_up', name: 'a' }],
  ["INFO spawnerr: can't find command '/x'", { kind: 'spawn_error', text: "can't find command '/x'" }],
  ['INFO supervisord started with pid 6028', { kind: 'supervisord_started' }],
  ['CRIT could not write pidfile /run/x.pid', { kind: 'supervisord_started' }],
])('%s', (message, event) => {
  expect(parseMainLogLine(`${at} ${message}`)?.event).toEqual(event);
});

test.each([
  '',
  'INFO spawned: without a time',
  'PermissionError: [Errno 1] Operation not permitted',
  `${at} INFO waiting for a to stop`,
  `${at} INFO waiting for a, b to die`,
  `${at} WARN received SIGTERM indicating exit request`,
  `${at} INFO reaped unknown pid 77 (exit status 0)`,
  `${at} WARN killing 'a' (77) with SIGKILL`,
  `${at} DEBG spawned: 'a' with pid 7`,
  `${at} INFO spawned: 'a' with pid x`,
  `${at} WARN exited: a (exit status 3`,
  `2026-11-23 13:02:10 INFO spawned: 'a' with pid 7`,
  `x${at} INFO spawned: 'a' with pid 7`,
])('nothing of a program: %s', (line) => {
  expect(parseMainLogLine(line)).toBeUndefined();
});

test('every line of a recorded log is understood or known to say nothing', () => {
  const kinds = new Map<string, number>();
  const others = new Set<string>();
  for (const line of capture('states-supervisord.log').split('\n')) {
    const event = parseMainLogLine(line)?.event;
    if (event === undefined) others.add(line.slice(at.length + 6).replace(/[\s'].*/s, ''));
    else kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
  }
  expect(Object.fromEntries(kinds)).toEqual({
    supervisord_started: 1,
    spawned: 371,
    success: 131,
    exited: 365,
    stopped: 6,
    gave_up: 3,
    spawn_error: 4,
  });
  expect([...others].toSorted()).toEqual(['', 'RPC', 'Server', 'Set', 'received', 'waiting']);
});

test('no line takes long or throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void parseMainLogLine(`${at} INFO ${line}`)));
  for (const kind of ['exited: ', 'stopped: ', 'success: ', "spawned: '"]) {
    const startedMs = performance.now();
    parseMainLogLine(`${at} INFO ${kind}${' (;'.repeat(20_000)}`);
    expect(performance.now() - startedMs).toBeLessThan(200);
  }
});
