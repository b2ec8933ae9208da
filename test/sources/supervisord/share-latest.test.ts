import { expect, test } from 'vitest';
import { shareLatest } from '../../../src/sources/supervisord/share-latest.ts';
import { createTestHost } from '../../support/host.ts';

/** Runs that end when told to. */
function scenario() {
  const { clock } = createTestHost();
  const runs: PromiseWithResolvers<string>[] = [];
  const get = shareLatest(clock, () => {
    const run = Promise.withResolvers<string>();
    runs.push(run);
    return run.promise;
  });
  return { clock, runs, get };
}

test('whoever asks at the same time shares one run', async () => {
  const { runs, get } = scenario();
  const all = [get(0), get(0), get(5_000)];
  expect(runs).toHaveLength(1);
  runs[0]?.resolve('a');
  expect(await Promise.all(all)).toEqual(['a', 'a', 'a']);
});

test('a result serves as long as its age is accepted', async () => {
  const { clock, runs, get } = scenario();
  const first = get(0);
  clock.nowMs += 100;
  runs[0]?.resolve('a');
  await first;
  clock.nowMs += 900;
  expect(await get(1_001)).toBe('a');
  const second = get(1_000);
  expect(runs).toHaveLength(2);
  runs[1]?.resolve('b');
  expect(await second).toBe('b');
  expect(await get(1)).toBe('b');
});

test('who wants a run begun later waits for the one that goes on, and one more serves all who wait', async () => {
  const { clock, runs, get } = scenario();
  const first = get(0);
  clock.nowMs += 10;
  const late = [get(0), get(5)];
  const patient = get(10);
  runs[0]?.resolve('a');
  expect(await Promise.all([first, patient])).toEqual(['a', 'a']);
  await expect.poll(() => runs.length).toBe(2);
  runs[1]?.resolve('b');
  expect(await Promise.all(late)).toEqual(['b', 'b']);
  expect(runs).toHaveLength(2);
});

test('a failure is shared like an answer', async () => {
  const { clock, runs, get } = scenario();
  const first = get(0);
  runs[0]?.reject(new Error('down'));
  await expect(first).rejects.toThrow('down');
  clock.nowMs += 100;
  await expect(get(1_000)).rejects.toThrow('down');
  expect(runs).toHaveLength(1);
});

test('one who gives up leaves the run to the others', async () => {
  const { runs, get } = scenario();
  const impatient = new AbortController();
  const gone = get(0, impatient.signal);
  const stays = get(0);
  impatient.abort();
  await expect(gone).rejects.toMatchObject({ reason: 'timeout' });
  runs[0]?.resolve('a');
  expect(await stays).toBe('a');
});
