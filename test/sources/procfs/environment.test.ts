import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCommandLines, splitStrings } from '../../../src/sources/procfs/command-line.ts';
import { pickVariables, readProcessEnvironment } from '../../../src/sources/procfs/environment.ts';
import { asNobody, isRoot, temporaryTree } from './fixture.ts';

function sleeper(env: NodeJS.ProcessEnv): number {
  const child = spawn('/bin/sleep', ['60'], { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid ?? 0;
}

describe('readProcessEnvironment', () => {
  it('returns the named variables and no others', async () => {
    const pid = sleeper({ SECRET_TOKEN: 'hunter2', SUPERVISOR_PROCESS_NAME: 'llama', XSUPERVISOR_PROCESS_NAME: 'no' });
    const names = ['SUPERVISOR_PROCESS_NAME', 'SUPERVISOR_GROUP_NAME'];
    const read = (): Promise<unknown> => readProcessEnvironment.run('/proc', { pids: [pid, 4_999_999], names });
    // Before its exec a child still has the environment of its parent.
    await expect.poll(read).toEqual({
      [pid]: { variables: { SUPERVISOR_PROCESS_NAME: 'llama' } },
      4999999: { failure: 'gone' },
    });
  });

  it('says what it may not read', async () => {
    const variables = { SUPERVISOR_PROCESS_NAME: 'llama' };
    const pid = sleeper(variables);
    const args = { pids: [pid], names: ['SUPERVISOR_PROCESS_NAME'] };
    await expect.poll(() => readProcessEnvironment.run('/proc', args)).toEqual({ [pid]: { variables } });
    const found = await asNobody(() => readProcessEnvironment.run('/proc', args));
    expect(found).toEqual({ [pid]: isRoot ? { failure: 'denied' } : { variables } });
  });

  it('reads the others while one hangs', async () => {
    const root = temporaryTree({ '8/environ': 'A=1\0' });
    mkdirSync(join(root, '7'));
    execFileSync('mkfifo', [join(root, '7', 'environ')]);
    const found = await readProcessEnvironment.run(root, { pids: [7, 8], names: ['A'] });
    expect(found).toEqual({ 7: { failure: 'stuck' }, 8: { variables: { A: '1' } } });
    execFileSync('/bin/sh', ['-c', `: > ${join(root, '7', 'environ')}`]);
  });
});

describe('pickVariables', () => {
  it('gives back any environment, whatever stands before and after', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
    const value = fc.string({ maxLength: 30 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.dictionary(name, value), (variables) => {
        const content = Buffer.from(
          Object.entries(variables)
            .map(([key, text]) => `${key}=${text}\0`)
            .join(''),
        );
        expect(pickVariables(content, Object.keys(variables))).toEqual({ ...variables });
      }),
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(Object.keys(pickVariables(Buffer.from(bytes), ['A']))).not.toContain('B');
      }),
    );
    expect(pickVariables(Buffer.from('A=1'), ['A'])).toEqual({ A: '1' });
    expect(pickVariables(Buffer.from('AA=1\0A=2\0A=3\0'), ['A'])).toEqual({ A: '2' });
    expect(pickVariables(Buffer.from(`A=${'x'.repeat(10_000)}\0`), ['A']).A).toHaveLength(4096);
  });
});

describe('readCommandLines', () => {
  it('returns the arguments of each process', async () => {
    const child = spawn('/bin/sleep', ['60', '0'], { argv0: 'my sleep', stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pid = child.pid ?? 0;
    await expect
      .poll(() => readCommandLines.run('/proc', { pids: [pid] }))
      .toEqual({ [pid]: { argv: ['my sleep', '60', '0'] } });
  });

  it.each([
    ['a\0b\0', ['a', 'b']],
    ['a\0\0', ['a', '']],
    ['nginx: worker process', ['nginx: worker process']],
    ['', []],
  ])('splits %j', (content, expected) => {
    expect(splitStrings(Buffer.from(content))).toEqual(expected);
  });
});
