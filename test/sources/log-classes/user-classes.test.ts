import { describe, expect, test } from 'vitest';
import { createClassifier } from '../../../src/sources/log-classes/classifier.ts';
import { createUserMatcher } from '../../../src/sources/log-classes/user-classes.ts';
import { countsOf, eventsIn, feed, readMs } from './support.ts';

const userMatcher = createUserMatcher([
  { name: 'slow', pattern: String.raw`took (\d{4,}) ms` },
  { name: 'audio', pattern: '(?i)cannot decode .* über' },
]);

function countsWith(log: string): Record<string, number> {
  return countsOf(eventsIn(Buffer.from(log), [5], { userMatcher }));
}

describe('the user’s own classes', () => {
  test('count lines of any level, each for itself', () => {
    expect(countsWith('INFO:app:took 12000 ms\nINFO:app:took 12 ms\nDEBUG:app:took 99999 ms\n')).toEqual({ slow: 2 });
  });

  test('name an event that no class of ours claims', () => {
    expect(countsWith('ERROR:app:Cannot decode x über y\nINFO:app:fine\n')).toEqual({ audio: 1 });
  });

  test('leave the cause to ours where it is known', () => {
    expect(countsWith('ERROR:app:CUDA out of memory, took 5000 ms\n')).toEqual({ gpu_oom: 1 });
  });

  test('wait for the event before them, so that reading again counts neither twice', () => {
    const first = '0.00.000.900 I srv  llama_server: initializing ...\n';
    const failed = '0.00.013.061 E gguf_init_from_reader: failed to read magic\n';
    const classifier = createClassifier({ userMatcher });
    feed(classifier, Buffer.from(`${first}${failed}0.00.014.000 I took 1000 ms\n`));
    expect(classifier.take().events).toEqual([]);
    expect(classifier.checkpoint().begin).toEqual({ file: 0, offset: first.length });
    classifier.idle(readMs + 20_000);
    expect(countsOf(classifier.take().events)).toEqual({ model_invalid: 1, slow: 1 });
  });

  test('patterns take linear time', () => {
    const matcher = createUserMatcher([{ name: 'bad', pattern: String.raw`^(\w+\s?)*$` }]);
    const startMs = performance.now();
    matcher(`${'a'.repeat(4000)}!`);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  test.each([
    ['x{2,1}', 'not a pattern in RE2 syntax: invalid repeat count at character 2: {2,1}'],
    ['a(?=b)', 'not a pattern in RE2 syntax: invalid or unsupported Perl syntax at character 2: (?='],
    ['ab*c**', 'not a pattern in RE2 syntax: invalid nested repetition operator at character 5: **'],
    ['a\\', 'not a pattern in RE2 syntax: trailing backslash at end of expression'],
  ])('a bad pattern is refused with its position: %s', (pattern, message) => {
    expect(() => createUserMatcher([{ name: 'x', pattern }])).toThrow(message);
  });
});
