import { expect, test } from 'vitest';
import { expand } from '../../../src/sources/supervisord/expand.ts';
import { askPython } from './python.ts';

const values = { process_num: 7, program_name: 'worker', ENV_X: 'y z' };

test.each([
  '%(program_name)s_%(process_num)02d',
  '%(process_num)d|%(process_num)5d|%(process_num)-5d|%(process_num)05d',
  '%(program_name)8s|%(program_name)-8s|',
  '100%% of %(ENV_X)s',
  'nothing',
])('%s', (text) => {
  const missing: string[] = [];
  const [expected] = askPython(`return x % ${JSON.stringify(values)}`, [text]);
  expect(expand(text, new Map(Object.entries(values)), (name) => missing.push(name))).toBe(expected);
  expect(missing).toEqual([]);
});

test('what is not known stays and is told', () => {
  const missing: string[] = [];
  expect(expand('%(ENV_A)s %(program_name)s 5%', new Map(Object.entries(values)), (name) => missing.push(name))).toBe(
    '%(ENV_A)s worker 5%',
  );
  expect(missing).toEqual(['ENV_A']);
});
