import { expect, test } from 'vitest';
import { parseSupervisordConfig } from '../../../src/sources/supervisord/config-file.ts';

const text = `[supervisord]
environment=LLAMA_WAIT_SECONDS="420",API_KEY="hunter2"
[program:llama]
command=/start.sh
environment=LLAMA_WAIT_SECONDS="%(process_num)d5",PATH="/app:/usr/bin"
[program:fastapi]
command=uvicorn
`;

test('one variable of a program is told when it is asked for, none is ever shown', () => {
  const file = { path: '/etc/supervisor/supervisord.conf', version: '1', text };
  const { programs } = parseSupervisordConfig(file.path, [file], {});
  const [llama, fastapi] = programs;
  expect(llama?.environmentValue('LLAMA_WAIT_SECONDS')).toBe('05');
  expect(llama?.environmentValue('PATH')).toBe('/app:/usr/bin');
  expect(fastapi?.environmentValue('LLAMA_WAIT_SECONDS')).toBe('420');
  expect(fastapi?.environmentValue('PATH')).toBeUndefined();
  expect(JSON.stringify(programs)).not.toMatch(/hunter2|420/);
});
