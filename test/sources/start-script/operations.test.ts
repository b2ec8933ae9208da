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
      untold: [],
      programs: { 'llama-server': '/app/llama-server' },
    },
  ],
  [
    'defaults-if-empty',
    { variables: { LLAMA_WAIT_SECONDS: '240' }, untold: [], programs: { 'llama-server': '/app/llama-server' } },
  ],
  [
    'export-fixed',
    { variables: { LLAMA_WAIT_SECONDS: '180' }, untold: [], programs: { 'llama-server': 'llama-server' } },
  ],
  ['computed', { variables: {}, untold: ['LLAMA_WAIT_SECONDS'], programs: {} }],
])('%s', async (name, script) => {
  expect(await readStartScript.run(join(captures, `${name}.sh`), request)).toEqual(script);
});

it('is nothing for programs, other interpreters and folders', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpunode-script-'));
  writeFileSync(join(folder, 'worker'), '#!/usr/bin/env python3\nLLAMA_WAIT_SECONDS=1\n');
  expect(await readStartScript.run(join(folder, 'worker'), request)).toBeNull();
  expect(await readStartScript.run(folder, request)).toBeNull();
  expect(await readStartScript.run('/bin/sh', request)).toBeNull();
  rmSync(folder, { recursive: true });
});
