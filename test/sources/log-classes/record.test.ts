import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../src/sources/log-classes/record.ts';
import { stampAt, timeOf } from '../../../src/sources/log-classes/timestamps.ts';
import { readMs } from './support.ts';

describe('heads of records', () => {
  test.each([
    ['INFO:     Started server process [1]', 'info', 'Started server process [1]'],
    ['CRITICAL: gone', 'error', 'gone'],
    ['ERROR:asyncio:Task exception was never retrieved', 'error', 'Task exception was never retrieved'],
    ['2026-11-23 13:02:34,372 ERROR app failed', 'error', 'app failed'],
    ['2026-11-23 13:02:34,372 - app.jobs - WARNING - slow', 'warning', 'slow'],
    ['2026-11-23 13:02:34.372 | ERROR    | app:run:42 - failed', 'error', 'app:run:42 - failed'],
    ['[2026-11-23 13:02:34 +0000] [7] [ERROR] Worker failed', 'error', 'Worker failed'],
    ['[2026-11-23 13:12:48,486: WARNING/MainProcess] text', 'warning', 'text'],
    ['2026-11-23T10:00:00.1Z [error    ] job failed [app] id=9', 'error', 'job failed [app] id=9'],
    ['[2026-09-01 10:00:02.118] [ctranslate2] [thread 144] [warning] text', 'warning', 'text'],
    ['2026-11-23T13:07:18.086158Z  WARN temporal_client::retry: text', 'warning', 'temporal_client::retry: text'],
    ['0.00.029.889 E srv  llama_server: exiting', 'error', 'srv  llama_server: exiting'],
    ['W1123 13:00:00.000000 4711 file.cc:12] text', 'warning', 'text'],
    ['[W1123 13:00:00.000000000 CUDAFunctions.cpp:108] Warning: text', 'warning', 'text'],
    ['ERROR 11-01 12:00:00 [core.py:708]   File "x"', 'error', '  File "x"'],
    ['(Worker_TP0 pid=7) ERROR 11-01 12:00:00 [core.py:708] text', 'error', 'text'],
    ['[wait] ERROR: gave up', 'error', 'gave up'],
    ['start-llama.sh: ERROR: gave up', 'error', 'gave up'],
    ['app.jobs - ERROR - failed', 'error', 'failed'],
    ['time=2026-11-23T10:00:00Z level=error msg="failed"', 'error', 'msg="failed"'],
    ['/opt/x.py:12: UserWarning: careful', 'warning', 'careful'],
    ['error: invalid argument: --x', 'error', 'invalid argument: --x'],
    ['{"level":"error","msg":"failed"}', 'error', 'failed'],
    ['{"levelno":40,"message":"failed"}', 'error', 'failed'],
    ['{"level":40,"msg":"careful"}', 'warning', 'careful'],
    ['2026-11-23 13:02:34 /opt/x.py:12: UserWarning: careful', 'warning', 'careful'],
    ['2026-11-23T13:02:34.1Z {"level":"error","msg":"failed"}', 'error', 'failed'],
    ['2026-11-23T13:02:34.1Z 0.00.029.889 E srv  llama_server: exiting', 'error', 'srv  llama_server: exiting'],
    ['[01/Apr/2026:09:00:00 +0000] ERROR failed', 'error', 'failed'],
    ['04/01/2026 09:00:00 AM - ERROR - failed', 'error', 'failed'],
    ['20260401T090000Z ERROR failed', 'error', 'failed'],
    ['2026-11-23 13:02:34,372 - app.jobs - run - 41 - WARNING - slow', 'warning', 'slow'],
    ['(worker) 2026-11-23 13:02:34 ERROR failed', 'error', 'failed'],
    ['[E 261123 13:02:34 web:1875] failed', 'error', 'failed'],
    ['[NeMo W 2026-11-23 13:02:34 x:46] careful', 'warning', 'careful'],
    ['{"level":40,"level_name":"ERROR","message":"failed"}', 'error', 'failed'],
    ['{"severity":3,"level":"error","message":"failed"}', 'error', 'failed'],
    ['{"log.level":"error","message":"failed"}', 'error', 'failed'],
    ['{"log":{"level":"error"},"message":"failed"}', 'error', 'failed'],
    ['{"text":"x","record":{"level":{"name":"ERROR","no":40},"message":"failed"}}', 'error', 'failed'],
    ['{"level":"error","msg":"failed","error":"refused"}', 'error', 'failed: refused'],
    ['[rank1]:[E420 13:00:00.123456789 ProcessGroupNCCL.cpp:629] text', 'error', 'text'],
    ['Sep  1 10:00:00 gpu-1 app[7]: ERROR: failed', 'error', 'failed'],
  ])('%s', (line, level, message) => {
    expect(readRecord(line, readMs)).toMatchObject({ level, message });
  });

  test.each([
    'Traceback (most recent call last):',
    'ValueError: first',
    'llama_model_load: error loading model: x',
    'an ERROR in a sentence',
    '{"level":"loud","msg":"x"}',
    '{not json',
    '',
  ])('no record: %s', (line) => {
    expect(readRecord(line, readMs)?.level).toBeUndefined();
  });

  test('a JSON record may be nested as deep as a line is long', () => {
    const line = `{"level":"error","msg":"failed","error":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(readRecord(line, readMs)).toMatchObject({ level: 'error', message: 'failed' });
  });

  test('a JSON record that was cut is read as far as it goes', () => {
    const line = `{"level":"error","msg":"failed","exc_info":"Traceback ${'x'.repeat(5000)}`;
    expect(readRecord(line, readMs)).toMatchObject({ level: 'error', message: 'failed' });
  });
});

describe('times', () => {
  test.each([
    ['2026-11-23 13:12:49,134', Date.UTC(2026, 10, 23, 13, 12, 49, 134)],
    ['2026-11-23T13:12:49.134567Z', Date.UTC(2026, 10, 23, 13, 12, 49, 134)],
    ['2026-11-23 13:12:49 +0530', Date.UTC(2026, 10, 23, 7, 42, 49)],
    ['2026/11/23 13:12:49', Date.UTC(2026, 10, 23, 13, 12, 49)],
    ['Nov 23 13:12:49', Date.UTC(2026, 10, 23, 13, 12, 49)],
    // Not a month from now, but last year.
    ['Dec 24 13:12:49', Date.UTC(2025, 11, 24, 13, 12, 49)],
    ['Mon Nov 23 13:12:49 2026', Date.UTC(2026, 10, 23, 13, 12, 49)],
    ['11-23 13:12:49 ', Date.UTC(2026, 10, 23, 13, 12, 49)],
    ['20261123T131249Z', Date.UTC(2026, 10, 23, 13, 12, 49)],
    ['23/Nov/2026:13:12:49 +0530', Date.UTC(2026, 10, 23, 7, 42, 49)],
    ['Mon, 23 Nov 2026 13:12:49', Date.UTC(2026, 10, 23, 13, 12, 49)],
    [`${Date.UTC(2026, 10, 23, 13, 12, 49) / 1000}.5 `, Date.UTC(2026, 10, 23, 13, 12, 49, 500)],
    ['01/02/2026 13:12:49', undefined],
    ['1123 13:12:49.134567 ', Date.UTC(2026, 10, 23, 13, 12, 49, 134)],
    ['922 13:12:49.134567890 ', Date.UTC(2026, 8, 22, 13, 12, 49, 134)],
  ])('%s', (text, atMs) => {
    expect(stampAt(text, 0, readMs)?.atMs).toBe(atMs);
  });

  test('a number counts from 1970 only if that is likely', () => {
    expect(timeOf(readMs / 1000, readMs)).toBe(readMs);
    expect(timeOf(readMs, readMs)).toBe(readMs);
    // llama-server --log-jsonl: microseconds since its start, here 12 days.
    expect(timeOf(1_036_800_000_000, readMs)).toBeUndefined();
    expect(timeOf('yesterday', readMs)).toBeUndefined();
  });

  test('no text breaks it', () => {
    for (const text of ['9999-99-99 99:99:99', 'Foo 99 99:99:99', '0000-00-00 00:00:00']) {
      expect(() => stampAt(text, 0, readMs)).not.toThrow();
    }
  });
});
