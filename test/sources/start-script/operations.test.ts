import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStartScript } from '../../../src/sources/start-script/operations.ts';
import type { ScriptRequest, StartScript } from '../../../src/sources/start-script/operations.ts';

const captures = join(import.meta.dirname, '../../captures/start-scripts');
const request: ScriptRequest = {
  environment: { values: { MODEL: '/m.gguf' }, complete: [] },
  variables: ['LLAMA_WAIT_SECONDS', 'LD_LIBRARY_PATH'],
  programs: ['llama-server'],
  folder: '/workspace',
};

it.each<[string, StartScript]>([
  [
    'wait-default',
    {
      variables: { LLAMA_WAIT_SECONDS: '420', LD_LIBRARY_PATH: '/app:' },
      defaults: {},
      untold: [],
      programs: { 'llama-server': '/app/llama-server' },
    },
  ],
  [
    'defaults-if-empty',
    {
      variables: { LLAMA_WAIT_SECONDS: '240' },
      defaults: {},
      untold: [],
      programs: { 'llama-server': '/app/llama-server' },
    },
  ],
  [
    'export-fixed',
    {
      variables: { LLAMA_WAIT_SECONDS: '180' },
      defaults: {},
      untold: [],
      programs: { 'llama-server': 'llama-server' },
    },
  ],
  ['computed', { variables: {}, defaults: {}, untold: ['LLAMA_WAIT_SECONDS'], programs: {} }],
])('%s', async (name, script) => {
  expect(await readStartScript.run(join(captures, `${name}.sh`), request)).toEqual(script);
});

it('has the defaults of variables that it only uses', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpunode-script-'));
  const path = join(folder, 'start.sh');
  writeFileSync(path, 'WAIT="${LLAMA_WAIT_SECONDS:-420}" OTHER=${SECRET:-x}\n');
  expect(await readStartScript.run(path, request)).toMatchObject({
    variables: {},
    defaults: { LLAMA_WAIT_SECONDS: '420' },
  });
  rmSync(folder, { recursive: true });
});

it('is nothing for programs, other interpreters and folders', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpunode-script-'));
  writeFileSync(join(folder, 'worker'), '#!/usr/bin/env python3\nLLAMA_WAIT_SECONDS=1\n');
  expect(await readStartScript.run(join(folder, 'worker'), request)).toBeNull();
  expect(await readStartScript.run(folder, request)).toBeNull();
  expect(await readStartScript.run('/bin/sh', request)).toBeNull();
  rmSync(folder, { recursive: true });
});
