/** The start script that ships with the gate. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findModelInScript } from '../../../src/sources/model-file/script-model.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';

const scratch = useScratch();
const script = fileURLToPath(new URL('../../../deploy/supervisor/start-llama.sh', import.meta.url));
const model = '/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf';

function run(env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(script, ['-c', '8192'], {
    env: { PATH: scratch('bin'), ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function install(name: string, text: string): void {
  mkdirSync(scratch('bin'), { recursive: true });
  writeFileSync(scratch('bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

test('goes through the gate, with the wait that is configured', () => {
  install('gpunode-exporter', 'echo "$@"');
  symlinkSync('/bin/bash', scratch('bin', 'bash'));
  const { status, stdout } = run({ LLAMA_WAIT_SECONDS: '90' });
  expect(status).toBe(0);
  expect(stdout).toBe(
    `gate --model ${model} --timeout 90s -- /app/llama-server --model ${model} --host 127.0.0.1 --port 8081 -c 8192\n`,
  );
});

test('starts llama-server also without the gate', () => {
  install('server', 'echo "served $*"');
  symlinkSync('/bin/bash', scratch('bin', 'bash'));
  const { status, stdout, stderr } = run({ MODEL: '/m.gguf', LLAMA_SERVER: scratch('bin', 'server'), LLAMA_PORT: '9' });
  expect(status).toBe(0);
  expect(stdout).toBe('served --model /m.gguf --host 127.0.0.1 --port 9 -c 8192\n');
  expect(stderr).toContain('without the gate');
});

test('names its model for those who read it', () => {
  expect(findModelInScript(readFileSync(script, 'utf8'))).toBe(model);
});
