import { renameSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { countsIn, createRig, ended, valueOf, writeLog } from './rig.ts';
import type { Rig } from './rig.ts';

const oom = 'ERROR:app:CUDA out of memory\n';
let rig: Rig;

afterEach(() => rig.close());

describe('after a restart', () => {
  test('counting goes on where it was saved, with what was logged in the meantime', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    rig.append(path, `${oom}${ended}`);
    await rig.round();
    await rig.restart();
    rig.append(path, `${oom}${ended}${oom}${ended}`);
    const outcome = await rig.settle();
    expect(countsIn(outcome)).toEqual({ 'llama gpu_oom': 3 });
    // Only what this process read.
    expect(valueOf(outcome, 'gpunode_log_lines_total', { program: 'llama' })).toBe(4);
  });

  test('it is known since when nothing was passed over', async () => {
    rig = createRig();
    const since = async () => (await rig.settle()).facts.programs.map(({ followedSinceMs }) => followedSinceMs);
    const path = rig.addProgram('llama');
    writeLog(path, oom);
    const firstMs = rig.host.clock.nowMs + 250;
    // From its end: what stood there before is not known.
    expect(await since()).toEqual([firstMs]);
    // The second program was started when its log was born, and is read from its first byte.
    writeLog(rig.addProgram('fastapi', { startSeconds: 1 }), oom);
    await rig.until({ 'fastapi gpu_oom': 1 });
    expect(await since()).toEqual([firstMs, 0]);
    await rig.restart();
    expect(await since()).toEqual([firstMs, 0]);
  });

  test('an event that was open is read again, once', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    rig.append(path, 'Traceback (most recent call last):\n  File "/a.py", line 1, in f\n');
    expect(countsIn(await rig.round())).toEqual({});
    await rig.restart();
    rig.append(path, `MemoryError\n${ended}`);
    expect(countsIn(await rig.settle())).toEqual({ 'llama host_oom': 1 });
  });

  test('nothing is published before what was missed has been read', async () => {
    rig = createRig({ timeout: '1ms' });
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    await rig.restart();
    rig.append(path, `${'INFO a line of no interest\n'.repeat(400_000)}${oom}${ended}`);
    // A clock that runs: a share of the time is for what is behind.
    const { clock } = rig.host;
    clock.monotonicMs = () => performance.now();
    const first = await rig.round();
    expect(first).toMatchObject({ ok: false, reason: 'timeout', health: [] });
    expect(countsIn(await rig.settle())).toEqual({ 'llama gpu_oom': 1 });
  });

  test('a saved state that is none of ours counts for nothing', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, `${oom}${ended}`);
    await rig.restart({ programs: [{ llama: 7 }], files: 'x' });
    expect(countsIn(await rig.settle())).toEqual({});
  });

  test('supervisord may be down: programs and logs are known', async () => {
    rig = createRig();
    const path = rig.addProgram('llama');
    writeLog(path, '');
    await rig.round();
    rig.append(path, `${oom}${ended}`);
    await rig.round();
    await rig.restart();
    rig.down = true;
    rig.append(path, `${oom}${ended}`);
    expect(countsIn(await rig.settle())).toEqual({ 'llama gpu_oom': 2 });
  });
});

test('killed at any moment, rotated at any moment: every event counts once', async () => {
  const step = fc.constantFrom('write', 'write', 'half', 'round', 'round', 'rotate', 'kill', 'lose');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      rig = createRig();
      const path = rig.addProgram('llama');
      writeLog(path, 'INFO the log begins\n');
      await rig.round();
      let written = 0;
      let older = rig.saved();
      for (const what of steps) {
        if (what === 'write') rig.append(path, `ERROR:app:failure ${(written += 1)}\n${ended}`);
        if (what === 'half')
          rig.append(path, `Traceback (most recent call last):\n  File "/a.py", line ${(written += 1)}, in f\n`);
        if (what === 'half') rig.append(path, `ValueError: ${written}\n${ended}`);
        if (what === 'rotate') {
          renameSync(path, `${path}.1`);
          writeLog(path, `INFO another file after ${written}\n`);
          await rig.settle();
        }
        if (what === 'round') {
          older = rig.saved();
          await rig.round();
        }
        if (what === 'kill') await rig.restart();
        // Killed after the reply and before it was saved.
        if (what === 'lose') await rig.restart(older);
        if (what === 'rotate' || what === 'kill') older = rig.saved();
      }
      const expected: Record<string, number> = written === 0 ? {} : { 'llama unclassified': written };
      const counts = await rig.until(expected);
      await rig.close();
      expect(counts).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
