import { describe, expect, test } from 'vitest';
import { logsConfigSchema } from '../../../src/collectors/logs/config.ts';

test('the zero config', () => {
  expect(logsConfigSchema.parse({})).toEqual({ interval: 250, timeout: 5000, files: [], classes: [] });
});

describe('refused', () => {
  test.each([
    [{ classes: [{ name: 'gpu_oom', pattern: 'x' }] }, 'classes.0.name', 'there is a class of this name already'],
    [{ classes: [{ name: 'Mine', pattern: 'x' }] }, 'classes.0.name', 'expected a name such as my_error'],
    [
      {
        classes: [
          { name: 'a', pattern: 'x' },
          { name: 'a', pattern: 'y' },
        ],
      },
      'classes.1.name',
      'a is there already',
    ],
    [{ classes: [{ name: 'a', pattern: '' }] }, 'classes.0.pattern', 'expected string to have >=1 characters'],
    [{ classes: [{ name: 'a', pattern: 'x(?=y)' }] }, 'classes.0.pattern', 'at character 2: (?='],
    [{ files: [{ program: 'llama', path: 'llama.err' }] }, 'files.0.path', 'expected an absolute path'],
    [{ files: [{ program: 'llama' }] }, 'files.0.path', 'expected string'],
    [{ file: [] }, '', 'Unrecognized key'],
  ])('%j', (config, path, message) => {
    const { error } = logsConfigSchema.safeParse(config);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(error?.issues[0]?.message).toContain(message);
  });
});
