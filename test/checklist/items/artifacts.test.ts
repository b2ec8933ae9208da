import { describe, expect, it } from 'vitest';
import { binaryValid, codePresent } from '../../../src/checklist/items/artifacts.ts';
import type { BinaryFacts, PathFacts } from '../../../src/collectors/artifacts/facts.ts';
import { artifactsFacts, configOf, failed, healthyView, known } from '../healthy-view.ts';

describe('code_present', () => {
  const path = '/workspace/src/api/main.py';
  const command = `ls -la ${path}`;

  it.each<[string, Omit<PathFacts, 'path'>, object]>([
    ['there', { programs: ['fastapi'], present: true }, { status: 'pass', evidence: 'there, needed by fastapi' }],
    ['only configured', { programs: [], present: true }, { status: 'pass', evidence: 'there' }],
    ['missing', { programs: ['fastapi'], present: false }, { status: 'fail', evidence: 'missing, needed by fastapi' }],
    [
      'there, but not executable',
      { programs: ['llama'], present: true, problem: 'not_executable: mode 644' },
      { status: 'fail', evidence: 'not_executable: mode 644, needed by llama' },
    ],
    ['not told', { programs: [] }, { status: 'unknown', evidence: 'it could not be looked at' }],
  ])('%s', (_, facts, expected) => {
    const view = healthyView({ artifacts: known(artifactsFacts({ paths: [{ path, ...facts }] })) });
    expect(codePresent.judge(path, view)).toEqual({ ...expected, command });
  });

  it('keeps what programs need while supervisord.conf cannot be read', () => {
    const view = healthyView({ artifacts: known(artifactsFacts({ paths: [], programsKnown: false })) });
    expect(codePresent.subjects(view)).toBeUndefined();
    expect(codePresent.judge(path, view)).toEqual({
      status: 'unknown',
      evidence: 'supervisord.conf cannot be read',
      command,
    });
    expect(codePresent.configured?.(configOf())).toContain('/workspace/packages/models/llm');
  });

  it('quotes a path that a shell would take apart', () => {
    expect(codePresent.judge('/a b; rm -rf x', healthyView()).command).toBe("ls -la '/a b; rm -rf x'");
  });
});

describe('binary_valid', () => {
  const binary = { binary: 'llama-server', program: 'llama', path: '/app/llama-server' } as const;

  function judge(...binaries: readonly BinaryFacts[]) {
    return binaryValid.judge('llama-server', healthyView({ artifacts: known(artifactsFacts({ binaries })) }));
  }

  it.each<[string, Omit<BinaryFacts, keyof typeof binary> & { path?: string }, object]>([
    [
      'whole',
      { runnable: true, missingLibraries: [] },
      {
        status: 'pass',
        evidence: '/app/llama-server can be run, no library is missing',
        command: 'ldd /app/llama-server',
      },
    ],
    [
      'without its libraries',
      { runnable: true, missingLibraries: ['libggml.so', 'libcudart.so.12'] },
      {
        status: 'fail',
        evidence: '/app/llama-server: 2 libraries missing for llama: libggml.so, libcudart.so.12',
        command: 'ldd /app/llama-server',
      },
    ],
    [
      'not executable',
      { runnable: false, problem: 'missing' },
      { status: 'fail', evidence: '/app/llama-server: missing', command: 'ls -la /app/llama-server' },
    ],
    [
      'not on the PATH',
      { path: 'llama-server', runnable: false, problem: 'missing' },
      { status: 'fail', evidence: 'llama-server: missing', command: 'command -v llama-server' },
    ],
    [
      'not told whether it runs',
      {},
      {
        status: 'unknown',
        evidence: 'it could not be told whether it can be run',
        command: 'ldd /app/llama-server',
      },
    ],
    [
      'libraries not told',
      { runnable: true },
      { status: 'unknown', evidence: 'its libraries could not be told', command: 'ldd /app/llama-server' },
    ],
  ])('%s', (_, facts, expected) => {
    expect(judge({ ...binary, ...facts })).toEqual(expected);
  });

  it('is as bad as the worst of the programs that run it', () => {
    const good = { ...binary, program: 'llama-2', runnable: true, missingLibraries: [] };
    expect(judge(good, { ...binary, runnable: true, missingLibraries: ['libggml.so'] }).status).toBe('fail');
    expect(judge(good, binary).status).toBe('unknown');
  });

  it('is unknown without an answer', () => {
    expect(binaryValid.judge('llama-server', healthyView({ artifacts: failed('denied') }))).toEqual({
      status: 'unknown',
      evidence: 'not known: denied, no answer within 2000 ms',
      command: 'command -v llama-server',
    });
  });
});
