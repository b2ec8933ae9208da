import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateScript } from '../../../src/sources/start-script/evaluate.ts';
import type { EvaluatedCommand } from '../../../src/sources/start-script/evaluate.ts';

const script = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../captures/start-scripts', `${name}.sh`), 'utf8');

function commandOf(name: string, command: string): EvaluatedCommand['words'] | undefined {
  const { commands } = evaluateScript(script(name), {
    values: { MODEL: '/m.gguf', LLAMA_MODEL: '/m.gguf' },
    complete: [],
  });
  return commands.map(({ words }) => words).findLast((words) => words.some((word) => word?.endsWith(command)));
}

describe('the wait of a start script', () => {
  it.each([
    ['wait-default', '420', '300'],
    ['colon-equals', '300', '300'],
    ['export-fixed', '180', '180'],
    ['defaults-if-empty', '240', '300'],
    ['functions-and-arrays', '600', '300'],
    ['computed', undefined, undefined],
    ['crlf', '90', '90'],
  ])('%s: %s, and with 300 in the environment %s', (name, alone, withEnvironment) => {
    expect(evaluateScript(script(name)).variables.get('LLAMA_WAIT_SECONDS')).toBe(alone);
    const { variables } = evaluateScript(script(name), { values: { LLAMA_WAIT_SECONDS: '300' }, complete: [] });
    expect(variables.get('LLAMA_WAIT_SECONDS')).toBe(withEnvironment);
  });

  it.each([
    ['WAIT="${W:-420}"', '420'],
    ['timeout "${W-420}" sh -c true', '420'],
    ['D=420; end=$((SECONDS + ${W:-$D}))', '420'],
    ['for i in $(seq 1 "$(echo "${W:-420}")"); do sleep 1; done', '420'],
    ['for i in `seq 1 \\`echo ${W:-420}\\``; do sleep 1; done', '420'],
    ['while (( waited++ < ${W:-420} )); do sleep 1; done', '420'],
    ['A=${W:-420}; B=${W:-300}', undefined],
    ['echo "${W:-$(date)}"', undefined],
    ["echo '${W:-420}' # ${W:-420}", undefined],
  ])('may be no more than a default: %s', (text, wait) => {
    expect(evaluateScript(text).defaults.get('W')).toBe(wait);
    expect(evaluateScript(text).variables.has('W')).toBe(false);
    const { variables, defaults } = evaluateScript(`W=7; ${text}`);
    expect([variables.get('W'), defaults.get('W')]).toEqual(['7', undefined]);
  });

  it('may refer to a variable that is known not to be set', () => {
    const line = 'L=/app:$L; M=$N';
    expect(evaluateScript(line).variables.get('L')).toBeUndefined();
    expect(evaluateScript(line, { values: {}, complete: ['L'] }).variables.get('L')).toBe('/app:');
    expect(evaluateScript(line, { values: {}, complete: ['L'] }).variables.get('M')).toBeUndefined();
  });

  it('is unknown where branches disagree, and known where they agree', () => {
    const branches = (a: string, b: string): string => `if x; then W=${a}; else W=${b}; fi`;
    expect(evaluateScript(branches('1', '2')).variables.get('W')).toBeUndefined();
    expect(evaluateScript(branches('2', '2')).variables.get('W')).toBe('2');
    expect(evaluateScript(`W=5; ${branches('1', '2')}`).variables.get('W')).toBe('5');
    expect(evaluateScript('case $x in a) W=1;; b) W=2;; esac').variables.get('W')).toBeUndefined();
  });
});

describe('the commands of a start script', () => {
  it.each([
    ['wait-default', '/llama-server', ['exec', '/app/llama-server', '-m']],
    ['colon-equals', '/llama-server', ['exec', '/usr/local/bin/llama-server', '--model', '/m.gguf', '--port', '8081']],
    ['defaults-if-empty', './llama-server', ['./llama-server', '-m', '/m.gguf', '--parallel', undefined]],
    ['functions-and-arrays', '/llama-server', ['exec', 'nice', '-n', '5', '/app/llama-server', undefined]],
    ['crlf', '/llama-server', ['exec', '/app/llama-server']],
  ])('%s', (name, command, words) => {
    expect(commandOf(name, command)?.slice(0, words.length)).toEqual(words);
  });

  it('have the library path that the script gives them', () => {
    const { variables } = evaluateScript(script('wait-default'), {
      values: { LD_LIBRARY_PATH: '/usr/local/cuda/lib64' },
      complete: [],
    });
    expect(variables.get('LD_LIBRARY_PATH')).toBe('/app:/usr/local/cuda/lib64');
    expect(evaluateScript(script('wait-default')).variables.get('LD_LIBRARY_PATH')).toBe('/app:');
  });
});

describe('any script', () => {
  it('is read to its end, without running anything', () => {
    const pieces = [
      'X=1',
      '$(',
      ')',
      '((',
      '))',
      '`',
      '"',
      "'",
      '${',
      '}',
      '${X:-',
      '\\',
      '\n',
      ';',
      '&&',
      '<<E',
      'E',
      '#',
      ' ',
      '$',
      '$X',
      'if',
      'fi',
      '{',
      'A=(',
      '>',
      '<(',
      'case',
      '\u00a0',
      '\u2028',
      '\r',
      '1>',
      'export X=',
    ];
    const piece = fc.constantFrom(...pieces);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (chosen) => {
        expect(evaluateScript(chosen.join('')).commands).toBeInstanceOf(Array);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that nests without end is given up, one that is long is not slow', () => {
    for (const text of ['$(', '${X:-', '"$(', 'A=(', '((', '`', '"${X:-']) {
      const started = performance.now();
      evaluateScript(text.repeat(50_000));
      expect(performance.now() - started).toBeLessThan(2_000);
    }
    const doubling = `X=aaaaaaaaaaaaaaaa\n${'X=$X$X\n'.repeat(60)}`;
    expect(evaluateScript(doubling).variables.get('X')).toBeUndefined();
  });

  it('sets its variables as a real shell does', () => {
    const name = fc.constantFrom('A', 'B', 'W');
    const number = fc.nat(99).map(String);
    const value = fc.oneof(
      number,
      fc.tuple(number, fc.constantFrom(`'`, '"')).map(([digits, quote]) => quote + digits + quote),
      name.map((each) => `"$${each}"`),
      fc.tuple(name, fc.constantFrom(':-', '-', ':=', '=', ':+', '+'), number).map(([n, o, d]) => `\${${n}${o}${d}}`),
      fc.tuple(name, name, number).map(([n, m, d]) => `"\${${n}:-\${${m}:-'x'${d}}}"`),
    );
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom('', 'export ', 'readonly_', 'declare '), name, value)
        .map(([how, n, v]) => (how === 'readonly_' ? `${n}=${v} # W=1` : `${how}${n}=${v}`)),
      fc.tuple(name, number).map(([n, d]) => `: "\${${n}:=${d}}"; echo "${n}=7" >/dev/null`),
      fc.tuple(name, number).map(([n, d]) => `${n}+=${d}`),
      fc.tuple(name, number).map(([n, d]) => `cat >/dev/null <<'END'\n${n}=${d}\nEND`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.option(number, { nil: undefined }), (lines, wait) => {
        const environment = { A: '', B: '5', ...(wait === undefined ? {} : { W: wait }) };
        const text = lines.join('\n');
        const shown = execFileSync('/bin/bash', ['--norc', '-c', `${text}\necho "$A,$B,$W"`], {
          env: environment,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const { variables } = evaluateScript(text, { values: environment, complete: ['W'] });
        expect(['A', 'B', 'W'].map((each) => variables.get(each) ?? '').join(',')).toBe(shown.toString().trim());
      }),
      { numRuns: 150 },
    );
  });
});
