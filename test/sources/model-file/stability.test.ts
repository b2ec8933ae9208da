import { expect, test } from 'vitest';
import { watchStability } from '../../../src/sources/model-file/stability.ts';

/** Looks that take no time, one a second: what is stable after each. */
function watch(fingerprints: readonly (string | undefined)[], stableForMs = 3_000): (boolean | undefined)[] {
  const stability = watchStability(stableForMs);
  return fingerprints.map((each, second) => {
    const atMs = second * 1_000;
    return stability.look({ startedMs: atMs, endedMs: atMs }, each).stable;
  });
}

test('one look tells nothing, however long ago the file was written', () => {
  expect(watch(['a'])).toEqual([undefined]);
});

test('stable after two looks and the time', () => {
  expect(watch(['a', 'a', 'a', 'a', 'a'])).toEqual([undefined, undefined, undefined, true, true]);
});

test('what changes is not stable until it has rested', () => {
  expect(watch(['a', 'b', 'b', 'c', 'c', 'c', 'c'])).toEqual([undefined, false, false, false, false, false, true]);
});

test('what appears has changed; what is absent is neither', () => {
  expect(watch([undefined, undefined, 'a', 'a', 'a', 'a', undefined])).toEqual([
    undefined,
    undefined,
    false,
    false,
    false,
    true,
    undefined,
  ]);
});

test('the time counts from the end of one look to the beginning of another', () => {
  const stability = watchStability(3_000);
  stability.look({ startedMs: 0, endedMs: 2_500 }, 'a');
  expect(stability.look({ startedMs: 3_000, endedMs: 5_600 }, 'a')).toEqual({
    stable: undefined,
    unchangedMs: 500,
    changed: false,
  });
  expect(stability.look({ startedMs: 5_600, endedMs: 5_700 }, 'a')).toMatchObject({ stable: true, unchangedMs: 3_100 });
});
