import { describe, expect, test } from 'vitest';
import { programOfSpawnError } from '../../../src/sources/supervisord/spawn-error.ts';
import type { ProgramStanza, ProgramStatus } from '../../../src/sources/supervisord/types.ts';
import { askPython } from './python.ts';

const stanza = (program: string, command: string): ProgramStanza =>
  ({ program, name: program, command }) as ProgramStanza;
const status = (program: string, spawnError: string): ProgramStatus =>
  ({ program, name: program, spawnError }) as ProgramStatus;

const stanzas = [
  stanza('llama', '/app/llama-server -m "/models/a b.gguf"'),
  stanza('fastapi', 'uvicorn src.api.main:app'),
  stanza('worker:worker_00', '/bin/worker --n 0'),
  stanza('worker:worker_01', '/bin/worker --n 1'),
  stanza('quoted', `'/opt/it''s "here"/run' now`),
  stanza('odd', '/bin/odd "not closed'),
];

// The texts of supervisor 4.2.5.
test.each([
  ["can't find command '/app/llama-server'", 'llama'],
  ["command at '/app/llama-server' is not executable", 'llama'],
  ["command at '/app/llama-server' is a directory", 'llama'],
  ["no permission to run command '/app/llama-server'", 'llama'],
  ["can't find command 'uvicorn'", 'fastapi'],
  ["no permission to run command '/usr/local/bin/uvicorn'", 'fastapi'],
  ["can't find command '/elsewhere/worker'", undefined],
  ["can't find command '/bin/worker'", undefined],
  [`can't parse command '/bin/odd "not closed': No closing quotation`, 'odd'],
  ["too many open files to spawn 'fastapi'", 'fastapi'],
  ["unknown error making dispatchers for 'llama': ENOSPC", 'llama'],
  ["Too many processes in process table to spawn 'llama'", 'llama'],
  ["unknown error during fork for 'llama': ENOMEM", 'llama'],
  ["too many open files to spawn 'nosuch'", undefined],
  ['', undefined],
])('%s is about %s', (text, program) => {
  expect(programOfSpawnError(text, stanzas, [])).toBe(program);
});

test('a command is recognised however Python quotes it', () => {
  const words = [
    '/opt/its',
    "/opt/it's",
    '/opt/"it"',
    `/opt/it's "x"`,
    '/opt/tab\there',
    '/opt/ümlaut',
    '/opt/\u0001\u2028',
    '/opt/back\\slash',
  ];
  const texts = askPython('return "can\'t find command %r" % x', words) as string[];
  for (const [index, text] of texts.entries()) {
    const command = `"${(words[index] ?? '').replace(/["\\]/g, String.raw`\$&`)}" --arg`;
    expect([text, programOfSpawnError(text, [stanza('p', command)], [])]).toEqual([text, 'p']);
  }
});

describe('without a telling stanza the RPC decides', () => {
  const text = "can't find command '/bin/worker'";

  test('one program has that error', () => {
    const statuses = [status('worker:worker_00', text), status('llama', 'Exited too quickly')];
    expect(programOfSpawnError(text, stanzas, statuses)).toBe('worker:worker_00');
    expect(programOfSpawnError(text, [], statuses)).toBe('worker:worker_00');
  });

  test('two have it: nobody can tell', () => {
    const statuses = [status('worker:worker_00', text), status('worker:worker_01', text)];
    expect(programOfSpawnError(text, stanzas, statuses)).toBeUndefined();
  });
});
