import { readFileSync, rmSync, symlinkSync, mkdirSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/collectors/artifacts/config.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { Files } from '../../../src/core/host.ts';
import { createTestHost } from '../../support/host.ts';
import { createNode, round, values } from './fixture.ts';
import type { Node } from './fixture.ts';

let node: Node;
beforeEach(() => {
  node = createNode();
});
afterEach(() => {
  node.remove();
});

const nothing = { paths: [], binaries: [], timeouts: [] };
const script = '#!/bin/sh\n';

describe('paths', () => {
  it('that are configured: there, not there, and where it cannot be told', async () => {
    const there = node.put('src/main.py', '');
    const gone = join(node.root, 'src/gone.py');
    const hung = join(node.root, 'hung');
    const local = node.host.files;
    const files: Files = {
      stuckMs: () => 0,
      call: (operation, path, args, options) =>
        path === hung ? Promise.reject(new SourceError('timeout', 'late')) : local.call(operation, path, args, options),
    };
    node.remove();
    node = createNode(createTestHost({ files }));
    const outcome = await round(node.collector({ ...nothing, paths: [there, gone, hung, node.root] }));
    expect(values(outcome)).toEqual({
      [`path_present ${there}`]: 0,
      [`path_present ${gone}`]: 0,
      [`path_present ${node.root}`]: 1,
    });
    expect(outcome.facts.paths.find(({ path }) => path === hung)).toEqual({ path: hung, programs: [] });
  });

  it('that the programs’ commands lead to, without what is in the commands besides', async () => {
    node.conf = `[program:fastapi]
command=ROOT/bin/uvicorn src.api.main:app --api-key hunter2
directory=ROOT
[program:worker-gpu]
command=python3 src/worker.py --token=hunter2
directory=ROOT
environment=PATH="ROOT/bin:/usr/bin"
[program:llama]
command=bash ROOT/scripts/start-llama.sh
[program:other]
command=/not/a/target
`;
    const at = (path: string): string => join(node.root, path);
    node.put('bin/uvicorn', '#!/usr/bin/python3\n', 0o755);
    node.put('src/api/main.py', '');
    node.put('src/worker.py', '');
    const collector = node.collector({ ...nothing, paths: [at('src/api/main.py')] });
    const outcome = await round(collector);
    expect(values(outcome)).toMatchObject({
      [`path_present ${at('bin/uvicorn')}`]: 1,
      [`path_present ${at('src/api/main.py')}`]: 1,
      'path_present python3': 1,
      [`path_present ${at('src/worker.py')}`]: 1,
      'path_present bash': 1,
      [`path_present ${at('scripts/start-llama.sh')}`]: 0,
    });
    expect(JSON.stringify([outcome, node.host.lines])).not.toMatch(/hunter2|not\/a\/target/);
    rmSync(at('src/api'), { recursive: true });
    rmSync(at('bin/uvicorn'));
    const later = await round(collector);
    expect(values(later)).toMatchObject({
      [`path_present ${at('bin/uvicorn')}`]: 0,
      [`path_present ${at('src/api/main.py')}`]: 0,
    });
    expect(later.facts.paths.find(({ path }) => path === at('src/api/main.py'))?.programs).toEqual(['fastapi']);
    await round(collector);
    expect(node.host.lines.filter(({ fields }) => fields['path'] === at('bin/uvicorn'))).toHaveLength(1);
  });

  it('that are there and cannot be executed are a problem', async () => {
    node.conf = '[program:llama]\ncommand=ROOT/start.sh\n';
    const start = node.put('start.sh', '#!/bin/no-such-shell\n', 0o755);
    const collector = node.collector(nothing);
    expect((await round(collector)).facts.paths).toMatchObject([
      { path: start, present: true, problem: expect.stringContaining('interpreter_missing') },
    ]);
    node.put('start.sh', script, 0o644);
    expect((await round(collector)).facts.paths).toMatchObject([{ present: true, problem: 'not_executable' }]);
    node.put('start.sh', script, 0o755);
    expect((await round(collector)).facts.paths).toEqual([{ path: start, programs: ['llama'], present: true }]);
    expect(node.host.lines.at(-1)?.message).toBe('artifact is in order again');
  });
});

describe('a binary', () => {
  const section = { ...nothing, binaries: [{ name: 'llama-server', program: 'llama', library_path: [] }] };
  const runnable = 'binary_runnable llama-server llama';
  const missing = 'binary_missing_libraries llama-server llama';

  beforeEach(() => {
    // Its environment has no LD_LIBRARY_PATH.
    node.supervisordPid = process.pid;
  });

  /** The real ls, which needs a library that exists nowhere. */
  function incomplete(): Buffer {
    const content = readFileSync('/bin/ls');
    content.write('libc.so.7', content.indexOf('libc.so.6'), 'latin1');
    return content;
  }

  it('is found by the start script that calls it, with its libraries', async () => {
    node.conf = '[program:llama]\ncommand=ROOT/start-llama.sh\n';
    node.put('start-llama.sh', `${script}cd ${node.root}/app\nexec ./llama-server -m "$MODEL"\n`, 0o755);
    node.put('app/llama-server', readFileSync('/bin/ls'), 0o755);
    const collector = node.collector(section);
    const whole = await round(collector);
    expect(values(whole)).toMatchObject({ [runnable]: 1, [missing]: 0 });
    expect(whole.facts.binaries).toMatchObject([{ path: join(node.root, 'app/llama-server') }]);
    node.put('app/llama-server', incomplete(), 0o755);
    const broken = await round(collector);
    expect(values(broken)).toMatchObject({ [runnable]: 1, [missing]: 1 });
    expect(broken.facts.binaries).toMatchObject([{ missingLibraries: ['libc.so.7'] }]);
    expect(node.host.lines.at(-1)?.fields['problem']).toBe('missing libraries: libc.so.7');
    rmSync(join(node.root, 'app/llama-server'));
    expect(values(await round(collector))).toMatchObject({ [runnable]: 0 });
  });

  it('is given the library path of its script, of its stanza and of the configuration', async () => {
    const library = readFileSync(join(import.meta.dirname, '../../captures/elf/libcuda.so.1'));
    const program = readFileSync('/bin/ls');
    // A name of the same length that only the folders below have.
    program.write('libxx.so.1', program.indexOf('libc.so.6'), 'latin1');
    node.put('lib/libxx.so.1'.replace('.so.1', '.so.'), library);
    program.write('libxx.so.\0', program.indexOf('libxx.so.1'), 'latin1');
    node.put('app/llama-server', program, 0o755);
    const start = (line: string): string =>
      node.put('start.sh', `${script}${line}\n${node.root}/app/llama-server\n`, 0o755);
    node.conf = '[program:llama]\ncommand=ROOT/start.sh\n';
    start('');
    expect(values(await round(node.collector(section)))).toMatchObject({ [missing]: 1 });
    const configured = { ...section, binaries: [{ ...section.binaries[0], library_path: [join(node.root, 'lib')] }] };
    expect(values(await round(node.collector(configured)))).toMatchObject({ [missing]: 0 });
    start(`export LD_LIBRARY_PATH=${node.root}/lib:$LD_LIBRARY_PATH`);
    expect(values(await round(node.collector(section)))).toMatchObject({ [missing]: 0 });
    // Where supervisord's own environment cannot be read, nothing is missing for certain.
    node.supervisordPid = undefined;
    expect(values(await round(node.collector(section)))).not.toHaveProperty([missing]);
    start('');
    expect(values(await round(node.collector(section)))).not.toHaveProperty([missing]);
    node.supervisordPid = process.pid;
    start(`export LD_LIBRARY_PATH="${node.root}/lib:\${LD_LIBRARY_PATH:-}"`);
    expect(values(await round(node.collector(section)))).toMatchObject({ [missing]: 0 });
    start('');
    node.conf += `environment=LD_LIBRARY_PATH="ROOT/lib"\n`;
    expect(values(await round(node.collector(section)))).toMatchObject({ [missing]: 0 });
    // What the script computes may well have it.
    start('LD_LIBRARY_PATH=$(find-libraries)');
    expect(values(await round(node.collector(section)))).not.toHaveProperty([missing]);
  });

  it.each([
    ['PATH of the stanza', '[program:llama]\ncommand=ROOT/start.sh\nenvironment=PATH="ROOT/app:/bin"\n', []],
    ['the library path', '[program:llama]\ncommand=ROOT/start.sh\n', ['app']],
    ['the command itself', '[program:llama]\ncommand=nice -n 5 ROOT/app/llama-server -m x\n', []],
  ])('is found by %s', async (_what, conf, folders) => {
    node.conf = conf;
    node.put('start.sh', `${script}exec llama-server\n`, 0o755);
    node.put('app/llama-server', readFileSync('/bin/ls'), 0o755);
    const binaries = [
      { name: 'llama-server', program: 'llama', library_path: folders.map((each) => join(node.root, each)) },
    ];
    expect(values(await round(node.collector({ ...nothing, binaries })))).toMatchObject({
      [runnable]: 1,
      [missing]: 0,
    });
  });

  it('that is nowhere is not runnable, unless nobody knows where its program would look', async () => {
    node.conf = '[program:llama]\ncommand=ROOT/start.sh\n';
    expect(values(await round(node.collector(section)))).toMatchObject({ [runnable]: 0 });
    node.conf = undefined;
    const outcome = await round(node.collector({ ...section, paths: ['/'] }));
    expect(values(outcome)).toEqual({ 'path_present /': 1 });
    expect(outcome.facts.binaries).toEqual([{ binary: 'llama-server', program: 'llama', path: 'llama-server' }]);
  });

  it('by a link that leads nowhere, or cut short in copying, is not runnable', async () => {
    node.conf = '[program:llama]\ncommand=ROOT/app/llama-server\n';
    mkdirSync(join(node.root, 'app'));
    symlinkSync('/opt/gone/llama-server', join(node.root, 'app/llama-server'));
    expect(values(await round(node.collector(section)))).toMatchObject({ [runnable]: 0 });
    rmSync(join(node.root, 'app/llama-server'));
    node.put('app/llama-server', readFileSync('/bin/ls').subarray(0, 50_000), 0o755);
    const { facts } = await round(node.collector(section));
    expect(facts.binaries).toMatchObject([{ runnable: false, problem: expect.stringContaining('truncated') }]);
    chmodSync(join(node.root, 'app/llama-server'), 0o644);
    expect((await round(node.collector(section))).facts.binaries).toMatchObject([{ problem: 'not_executable' }]);
  });

  it('is nobody’s concern by default where llama is no target', async () => {
    node.conf = '[program:fastapi]\ncommand=/bin/ls\n';
    const outcome = await round(node.collector({}, ['fastapi']));
    expect(outcome.facts.binaries).toEqual([]);
    expect(values(outcome)).toMatchObject({ 'program_timeout_seconds fastapi startsecs': 1 });
  });
});

describe('a round', () => {
  it('fails with supervisord’s reason where there is nothing else to tell', async () => {
    node.conf = undefined;
    await expect(round(node.collector(nothing))).rejects.toMatchObject({ reason: 'denied' });
  });
});

describe('the configuration', () => {
  it.each([
    [{ paths: ['relative'] }, 'expected an absolute path'],
    [{ timeouts: [{ program: 'a', name: 'A B' }] }, 'expected the name of an environment variable'],
    [{ binaries: [1, 2].map(() => ({ name: 'x', program: 'a' })) }, 'expected each binary of a program once'],
  ])('%j: %s', (section, message) => {
    const { error } = configSchema.safeParse(section);
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
