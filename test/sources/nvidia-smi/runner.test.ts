import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Exec } from '../../../src/core/host.ts';
import { createNvidiaSmi } from '../../../src/sources/nvidia-smi/runner.ts';
import { createTestHost } from '../../support/host.ts';
import { finished } from './fake-exec.ts';

const limits = { timeoutMs: 10_000, signal: new AbortController().signal };

test('hung for ten minutes: one child, whose age is told; well again when it is gone', async () => {
  const { clock } = createTestHost();
  const child = Promise.withResolvers<void>();
  let starts = 0;
  const exec: Exec = () => {
    starts += 1;
    return Promise.resolve(
      starts === 1 ? finished({ timedOut: true, exited: child.promise }) : finished({ exitCode: 0 }),
    );
  };
  const smi = createNvidiaSmi(exec, clock, ['nvidia-smi']);
  expect(await smi.run([], limits)).toMatchObject({ timedOut: true });
  for (let round = 0; round < 40; round += 1) {
    clock.nowMs += 15_000;
    expect(await smi.run([], limits)).toBeUndefined();
  }
  expect(starts).toBe(1);
  expect(smi.stuckMs()).toBe(600_000);
  child.resolve();
  await setImmediate();
  expect(await smi.run([], limits)).toMatchObject({ exitCode: 0 });
  expect(smi.stuckMs()).toBe(0);
});

test('a child that obeys the deadline is not stuck', async () => {
  const { clock } = createTestHost();
  const smi = createNvidiaSmi(() => Promise.resolve(finished({ timedOut: true, signal: 'SIGTERM' })), clock, ['x']);
  await smi.run([], limits);
  expect(smi.stuckMs()).toBe(0);
});

test('an aborted round does not wait for an exec that never settles', async () => {
  const { clock } = createTestHost();
  const smi = createNvidiaSmi(() => new Promise(() => undefined), clock, ['x']);
  const result = await smi.run([], { timeoutMs: 10_000, signal: AbortSignal.abort() });
  expect(result).toMatchObject({ timedOut: true });
  expect(await smi.run([], limits)).toBeUndefined();
});

test('arguments of the command come first', async () => {
  const commands: unknown[] = [];
  const exec: Exec = (command) => {
    commands.push(command);
    return Promise.resolve(finished({ exitCode: 0 }));
  };
  await createNvidiaSmi(exec, createTestHost().clock, ['sudo', '-n', 'nvidia-smi']).run(['-L'], limits);
  expect(commands).toEqual([['sudo', '-n', 'nvidia-smi', '-L']]);
});
