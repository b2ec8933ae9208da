import { expect, test } from 'vitest';
import { modelArgument } from '../../../src/sources/model-file/model-argument.ts';

const m = '/models/a.gguf';

test.each([
  ['-m', ['/app/llama-server', '-m', m, '--port', '8081'], m, false],
  ['--model', ['llama-server', '--port', '1', '--model', m], m, false],
  ['--model=', ['llama-server', `--model=${m}`], m, false],
  ['the last one counts', ['llama-server', '-m', '/models/old.gguf', '--model', m], m, false],
  ['a relative path', ['llama-server', '-m', 'a.gguf'], 'a.gguf', false],
  ['no model', ['llama-server', '--port', '1'], undefined, false],
  ['an empty model', ['llama-server', '--model='], undefined, false],
  ['nothing behind -m', ['llama-server', '-m'], undefined, false],
  ['python names a module with -m', ['python3', '-m', 'llama_cpp.server', '--model', m], m, false],
  ['an interpreter and its script', ['/usr/bin/python3', '/app/llama-server', '-m', m], m, false],
  ['a waiting script', ['bash', '/scripts/start-llama.sh'], undefined, true],
  ['a script with an argument of its own', ['/bin/sh', '/scripts/start.sh', '--model', m], m, true],
  ['a login shell', ['-bash', '-c', 'sleep 1'], undefined, true],
  ['env', ['env', 'A=b', 'llama-server', '-m', m], m, false],
  ['nice', ['nice', '-n', '5', 'llama-server', '-m', m], m, false],
  ['our own gate', ['gpunode-exporter', 'gate', '--model', m, '--', 'llama-server', '-m', m], m, true],
  ['the gate run by node', ['node', '/opt/dist/main.cjs', 'gate', '--model', m], m, true],
  [
    'what the gate waits for is what its command serves',
    ['gpunode-exporter', 'gate', '--model', '/x.gguf', '--', 'l', '-m', m],
    m,
    true,
  ],
  ['a file named gate is no gate', ['llama-server', '-m', m, 'gate'], m, false],
  ['nothing', [], undefined, false],
])('%s', (_, argv, model, waits) => {
  expect(modelArgument(argv)).toEqual({ model, waits });
});
