import { mkdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { logClasses } from '../../../src/sources/log-classes/types.ts';
import { countsIn, createRig, ended, samplesIn, valueOf, writeLog } from './rig.ts';
import type { Rig } from './rig.ts';

const oom = 'ERROR:app:CUDA out of memory\n';
let rig: Rig;

afterEach(() => rig.close());

describe('counters', () => {
  test('every class of every program that has a log is there at zero from the first round', async () => {
    rig = createRig();
    for (const program of ['fastapi', 'llama', 'gpu:worker']) writeLog(rig.addProgram(program), '');
    rig.addProgram('quiet', { stderrLog: '', stdoutLog: '/dev/stdout' });
    const outcome = await rig.round();
    const events = samplesIn(outcome).filter(({ metric }) => metric.name === 'gpunode_log_events_total');
    expect(events.map(({ labels, value }) => [labels['program'], labels['class'], value])).toEqual(
      ['fastapi', 'llama', 'gpu:worker'].flatMap((program) => logClasses.map((name) => [program, name, 0])),
    );
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'llama' })).toBe(1);
    expect(valueOf(outcome, 'gpunode_log_last_event_timestamp_seconds', { program: 'llama' })).toBeUndefined();
  });

  test('count what is appended, with its time, its lines and its bytes', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, `${oom}old\n`);
    await rig.round();
    rig.append(path, `2026-01-02T03:04:05Z ERROR CUDA out of memory\n${ended}`);
    const outcome = await rig.round();
    expect(countsIn(outcome)).toEqual({ 'llama gpu_oom': 1 });
    expect(valueOf(outcome, 'gpunode_log_last_event_timestamp_seconds', { class: 'gpu_oom' })).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    );
    expect(valueOf(outcome, 'gpunode_log_lines_total', { program: 'llama' })).toBe(2);
    expect(valueOf(outcome, 'gpunode_log_bytes_total', { program: 'llama' })).toBe(46 + ended.length);
    expect(outcome.events).toMatchObject([{ kind: 'log', subject: 'llama', detail: 'gpu_oom' }]);
    expect(outcome.saved?.changed).toBe('counters');
  });

  test('the last event counts when nothing followed it for a second', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    rig.append(path, oom);
    expect(countsIn(await rig.round())).toEqual({});
    expect(await rig.until({ 'llama gpu_oom': 1 })).toEqual({ 'llama gpu_oom': 1 });
  });

  test('several logs of one program are summed', async () => {
    rig = createRig();
    const stdoutLog = join(rig.directory, 'worker.log');
    const path = rig.addProgram('worker-gpu', { stdoutLog });
    writeLog(path, '');
    writeLog(stdoutLog, '');
    await rig.round();
    rig.append(path, `${oom}${ended}`);
    rig.append(stdoutLog, `${oom}${ended}`);
    const outcome = await rig.round();
    expect(countsIn(outcome)).toEqual({ 'worker-gpu gpu_oom': 2 });
    expect(valueOf(outcome, 'gpunode_log_lines_total', { program: 'worker-gpu' })).toBe(4);
  });

  test('the user’s classes are counted beside ours', async () => {
    rig = createRig({ classes: [{ name: 'slow', pattern: 'took [0-9]{4,} ms' }] });
    const path = rig.addProgram('fastapi');
    writeLog(path, '');
    expect(valueOf(await rig.round(), 'gpunode_log_events_total', { class: 'slow' })).toBe(0);
    rig.append(path, 'INFO:     took 5000 ms\n');
    expect(countsIn(await rig.round())).toEqual({ 'fastapi slow': 1 });
  });
});

describe('where a log is read from at the very first start', () => {
  test('its first byte, if it was born with its program', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    const bornSeconds = writeLog(path, `${oom}${ended}`);
    Object.assign(rig.programs[0] ?? {}, { startSeconds: bornSeconds + 4 });
    expect(countsIn(await rig.round())).toEqual({ 'llama gpu_oom': 1 });
  });

  test('its end, if its program was started again since', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    const bornSeconds = writeLog(path, `${oom}${ended}`);
    Object.assign(rig.programs[0] ?? {}, { startSeconds: bornSeconds + 60 });
    expect(countsIn(await rig.round())).toEqual({});
  });

  test('its first byte, if it appears later', async () => {
    rig = createRig();
    const path = rig.addProgram('llama', { startSeconds: 0 });
    expect(countsIn(await rig.round())).toEqual({});
    writeLog(path, `${oom}${ended}`);
    expect(countsIn(await rig.round())).toEqual({ 'llama gpu_oom': 1 });
  });
});

describe('files', () => {
  test('rotation is followed and told', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, 'INFO first\n');
    await rig.round();
    rig.append(path, `${oom}${ended}`);
    renameSync(path, `${path}.1`);
    writeLog(path, `${oom}${ended}`);
    expect(await rig.until({ 'llama gpu_oom': 2 })).toEqual({ 'llama gpu_oom': 2 });
    truncateSync(path);
    rig.append(path, `${ended}${oom}${ended}`);
    expect(await rig.until({ 'llama gpu_oom': 3 })).toEqual({ 'llama gpu_oom': 3 });
    const outcome = await rig.round();
    expect(valueOf(outcome, 'gpunode_log_rotations_total', { kind: 'renamed' })).toBe(1);
    expect(valueOf(outcome, 'gpunode_log_rotations_total', { kind: 'truncated' })).toBe(1);
  });

  test('a log that cannot be read is data, and the others are read on', async () => {
    rig = createRig();
    writeLog(rig.addProgram('fastapi'), '');
    const directory = rig.addProgram('llama');
    mkdirSync(directory);
    const outcome = await rig.round();
    expect(outcome.ok).toBe(true);
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'llama' })).toBe(0);
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'fastapi' })).toBe(1);
    expect(outcome.ok && outcome.facts.programs.map(({ readable, logs }) => [readable, logs[0]?.unreadable])).toEqual([
      [true, undefined],
      [false, 'not_a_file'],
    ]);
  });

  test('a log that is missing though its program was started is unreadable; before the first start nothing is said', async () => {
    rig = createRig();
    rig.addProgram('llama');
    rig.addProgram('later', { startSeconds: 0 });
    const outcome = await rig.round();
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'llama' })).toBe(0);
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'later' })).toBeUndefined();
    expect(valueOf(outcome, 'gpunode_log_events_total', { program: 'later', class: 'gpu_oom' })).toBe(0);
  });

  test('AUTO names change when supervisord is started again: the new file is followed, the counters go on', async () => {
    rig = createRig();
    const old = rig.addProgram('llama');
    writeLog(old, '');
    await rig.round();
    rig.append(old, `${oom}${ended}`);
    await rig.round();
    const path = join(rig.directory, 'llama-stderr---supervisor-x2.log');
    const bornSeconds = writeLog(path, `${oom}${ended}`);
    rmSync(old);
    Object.assign(rig.programs[0] ?? {}, { stderrLog: path, startSeconds: bornSeconds });
    rig.host.clock.nowMs += 6_000;
    expect(await rig.until({ 'llama gpu_oom': 2 })).toEqual({ 'llama gpu_oom': 2 });
    expect(valueOf(await rig.round(), 'gpunode_log_readable', { program: 'llama' })).toBe(1);
  });

  test('while supervisord is silent the logs that are known are read on', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    rig.down = true;
    rig.host.clock.nowMs += 60_000;
    rig.append(path, `${oom}${ended}`);
    expect(countsIn(await rig.round())).toEqual({ 'llama gpu_oom': 1 });
  });

  test('without supervisord and without anything known the round fails', async () => {
    rig = createRig();
    rig.down = true;
    await expect(rig.round()).rejects.toThrow('supervisord is not there');
  });

  test('configured files need no supervisord', async () => {
    rig = createRig({ files: [{ program: 'llama', path: '/nowhere/llama.err' }] });
    rig.down = true;
    const outcome = await rig.round();
    expect(valueOf(outcome, 'gpunode_log_readable', { program: 'llama' })).toBe(0);
  });

  test('a flood in one log does not starve another', async () => {
    rig = createRig();
    const flooded = rig.addProgram('worker');
    const other = rig.addProgram('llama');
    writeLog(flooded, '');
    writeLog(other, '');
    await rig.round();
    rig.append(flooded, 'INFO one of very many lines of no interest whatsoever\n'.repeat(1_000_000));
    rig.append(other, `${oom}${ended}`);
    const startMs = performance.now();
    await rig.round();
    const outcome = await rig.settle();
    expect(countsIn(outcome)).toEqual({ 'llama gpu_oom': 1 });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
