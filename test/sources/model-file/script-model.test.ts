import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findModelInScript } from '../../../src/sources/model-file/script-model.ts';
import { readStartScript } from '../../../src/sources/model-file/start-script.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const m = '/models/a.gguf';
const none = { environment: {} };

test.each([
  ['a literal', `exec llama-server -m ${m} --port 8081`, m],
  ['quoted', `exec llama-server --model "${m}"`, m],
  ['single quotes', `exec llama-server --model='/models/with space.gguf'`, '/models/with space.gguf'],
  ['a variable', `MODEL=${m}\nexec llama-server -m "$MODEL"`, m],
  ['a default', `MODEL=\${MODEL:-${m}}\nexec llama-server -m "\${MODEL}"`, m],
  ['a default in quotes', `export MODEL_PATH="\${MODEL_PATH:-${m}}"\nexec llama-server -m "$MODEL_PATH"`, m],
  ['a default at the end', `exec llama-server -m "\${MODEL:-${m}}"`, m],
  ['assigned by the way', `: "\${MODEL:=${m}}"\nexec llama-server -m "$MODEL"`, m],
  ['in parts', `DIR=/models\nNAME=a\nMODEL="$DIR/\${NAME}.gguf"\nllama-server -m "$MODEL"`, m],
  ['over lines', `llama-server \\\n  --port 8081 \\\n  --model ${m} \\\n  -c 8192`, m],
  ['in an array', `ARGS=(--port 8081 -m "${m}")\nexec llama-server "\${ARGS[@]}"`, m],
  ['by environment', `export LLAMA_ARG_MODEL=${m}\nexec llama-server`, m],
  ['a comment is not what is run', `# llama-server -m /models/old.gguf\nllama-server -m ${m} # -m /x.gguf`, m],
  ['behind the gate', `M=${m}\nexec gpunode-exporter gate --model "$M" -- llama-server -m "$M"`, m],
  ['waiting for another file', `until [ -f /models/.ready ]; do sleep 1; done\nllama-server -m ${m}`, m],
  ['other options named -m', `mkdir -m 755 /x\ncurl -m 10 http://x\nllama-server -m ${m}`, m],
  ['the variable alone', `MODEL=${m}\nexec /usr/local/bin/run-it`, m],
  ['the only model that is named', `exec run --gguf-file ${m}`, m],
  ['an argument, with one model named', `MODEL=\${1:-${m}}\nllama-server -m "$MODEL"`, m],
  ['an argument', `llama-server -m "$1"`, undefined],
  ['an unknown variable', `llama-server -m "$MODEL"`, undefined],
  ['a command', 'llama-server -m "$(ls /models/*.gguf | head -1)"', undefined],
  ['a here-document is not run', `cat <<EOF\nllama-server -m /models/old.gguf\nEOF\nllama-server -m ${m}`, m],
  ['a here-document, and an array', `cat <<-'E'\n-m /models/old.gguf\n\tE\nARGS=(-m ${m})\nrun "\${ARGS[@]}"`, m],
  ['a here-document alone', `cat >x.json <<EOF\n{"model": "${m}"}\nEOF\nllama-server -m "$MODEL"`, undefined],
  ['no here-document but arithmetic', `X=$((1 << N))\nARGS=(-m ${m})\nllama-server "\${ARGS[@]}"`, m],
  ['what is only printed', `echo usage: -m /models/old.gguf\nllama-server -m ${m}`, m],
  ['twice, of which the last counts', `llama-server -m /models/old.gguf -m ${m}`, m],
  ['to a tool before', `llama-quantize -m /models/f16.gguf\nexec llama-server -m ${m}`, m],
  ['with an alternative', `M=${m}\n[ -f $M ] || M=/models/small.gguf\nllama-server -m $M`, m],
  ['one or the other', `if [ -d /b ]; then M=/b.gguf\nelse M=${m}\nfi\nllama-server -m $M`, undefined],
  ['in a folder that it goes to', `cd /models\nexec llama-server -m a.gguf`, m],
  ['in a folder that is not known', 'llama-server -m $DIR/a.gguf || llama-server -m "$DIR"/a.gguf', undefined],
  ['in a folder that is cut to size', `D=/models/\nllama-server -m "\${D%/}/a.gguf"`, undefined],
  ['from elsewhere', `curl -o $MODEL https://example.org/a.gguf\nllama-server -m $MODEL`, undefined],
  ['nothing', '', undefined],
])('%s', (_, script, expected) => {
  expect(findModelInScript(script)).toBe(expected);
});

test.each([
  ['in place of a default', `MODEL=\${MODEL:-${m}}\nllama-server -m "$MODEL"`, '/models/env.gguf'],
  ['by another name', `M="\${MODEL:-${m}}"\nllama-server -m "$M"`, '/models/env.gguf'],
  ['that the script does not ask for', `MODEL=${m}\nllama-server -m "$MODEL"`, m],
  ['that has nothing to do with it', `llama-server -m ${m}`, m],
  ['that nothing refers to', 'exec run-it', undefined],
])('a variable of the environment %s', (_, script, expected) => {
  expect(findModelInScript(script, { MODEL: '/models/env.gguf' })).toBe(expected);
});

test('a command of a supervisord stanza', () => {
  expect(findModelInScript(`/app/llama-server --model ${m} --host 127.0.0.1`)).toBe(m);
});

test('any text comes to an end, and to a path or nothing', () => {
  const piece = fc.constantFrom(
    '-m ',
    '"',
    "'",
    '$',
    '{',
    '}',
    '${M:-',
    '=',
    'M=',
    '/a.gguf',
    '\\',
    '\n',
    ' ',
    '#',
    '(',
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (script) => {
      expect(findModelInScript(script) ?? '/').toMatch(/^\//);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['<<A\n', '-m ${', '${a=', '-m "', "-m '", '"${M:-', 'M=$M', '\\'])(
  '%j, over and over, takes no time',
  (piece) => {
    const startMs = performance.now();
    findModelInScript(piece.repeat(250_000 / piece.length));
    expect(performance.now() - startMs).toBeLessThan(2_000);
  },
);

test('only scripts are read', async () => {
  await writeFile(scratch('start'), `#!/bin/sh\nexec llama-server -m ${m}\n`);
  await writeFile(scratch('start.sh'), `exec llama-server -m ${m}\n`);
  await writeFile(scratch('binary'), `\u007FELF -m ${m}\n`);
  await writeFile(scratch('large.sh'), `#!/bin/sh\n${'#\n'.repeat(200_000)}`);
  expect(await readStartScript.run(scratch('start'), none)).toMatchObject({ model: m });
  expect(await readStartScript.run(scratch('start.sh'), none)).toMatchObject({ model: m });
  expect(await readStartScript.run(scratch('binary'), none)).toBeNull();
  expect(await readStartScript.run(scratch('large.sh'), none)).toBeNull();
  await expect(readStartScript.run(scratch('none'), none)).rejects.toMatchObject({ code: 'ENOENT' });
});
