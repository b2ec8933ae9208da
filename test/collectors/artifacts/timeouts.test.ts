import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSeconds } from '../../../src/collectors/artifacts/timeouts.ts';
import type { TimeoutFacts } from '../../../src/collectors/artifacts/facts.ts';
import { createNode, round, values } from './fixture.ts';
import type { Node } from './fixture.ts';

let node: Node;
let process: ChildProcess | undefined;
beforeEach(() => {
  node = createNode();
  process = undefined;
});
afterEach(async () => {
  if (process?.kill('SIGKILL')) await once(process, 'exit');
  node.remove();
});

async function waitOf(stanza: string, files: readonly string[] = []): Promise<TimeoutFacts | undefined> {
  node.conf = `[program:llama]\n${stanza}\n`;
  const timeouts = [{ program: 'llama', name: 'LLAMA_WAIT_SECONDS', files }];
  const outcome = await round(node.collector({ paths: [], binaries: [], timeouts }));
  const found = outcome.facts.timeouts.find(({ timeout }) => timeout === 'LLAMA_WAIT_SECONDS');
  expect(values(outcome)['program_timeout_seconds llama LLAMA_WAIT_SECONDS']).toBe(found?.seconds);
  return found;
}

/** A process with that environment, as the program's own. */
async function run(environment: Record<string, string>): Promise<void> {
  process = spawn('/bin/sleep', ['60'], { env: environment, stdio: 'ignore' });
  await once(process, 'spawn');
  node.running.set(process.pid ?? 0, 'llama');
}

const withDefault = '#!/bin/bash\nLLAMA_WAIT_SECONDS=${LLAMA_WAIT_SECONDS:-420}\n';
const fixed = '#!/bin/bash\nexport LLAMA_WAIT_SECONDS=180\n';

describe('the wait that takes effect', () => {
  it('is the script’s default, the stanza’s value before it, the running process’s before both', async () => {
    node.put('start.sh', withDefault, 0o755);
    const command = 'command=ROOT/start.sh';
    const stanza = `${command}\nenvironment=LLAMA_WAIT_SECONDS="300"`;
    expect(await waitOf(command)).toMatchObject({ seconds: 420, from: 'script' });
    expect(await waitOf(stanza)).toMatchObject({ seconds: 300, from: 'environment' });
    await run({ LLAMA_WAIT_SECONDS: '120' });
    expect(await waitOf(stanza)).toMatchObject({ seconds: 120, from: 'environment' });
  });

  it('may be a default that the script only uses', async () => {
    node.put('start.sh', '#!/bin/bash\nWAIT=${LLAMA_WAIT_SECONDS:-420}\n', 0o755);
    const command = 'command=ROOT/start.sh';
    expect(await waitOf(command)).toMatchObject({ seconds: 420, from: 'script' });
    const stanza = `${command}\nenvironment=LLAMA_WAIT_SECONDS="300"`;
    expect(await waitOf(stanza)).toMatchObject({ seconds: 300, from: 'environment' });
  });

  it('is the script’s where the script does not ask', async () => {
    node.put('start.sh', fixed, 0o755);
    await run({ LLAMA_WAIT_SECONDS: '120' });
    expect(await waitOf('command=ROOT/start.sh')).toMatchObject({ seconds: 180, from: 'script' });
  });

  it('comes from the script that the program runs, then from the configured ones in their order', async () => {
    const own = node.put('own.sh', fixed, 0o755);
    const first = node.put('first.sh', withDefault);
    const gone = join(node.root, 'gone.sh');
    expect(await waitOf('command=/bin/sleep 1', [gone, first, own])).toMatchObject({ seconds: 420 });
    expect(await waitOf(`command=${own}`, [first])).toMatchObject({ seconds: 180 });
    expect(await waitOf(`command=bash -e ${own} 4096`, [first])).toMatchObject({ seconds: 180 });
    expect(await waitOf(`command=sh -c "exec nice bash ${own}"`, [first])).toMatchObject({ seconds: 180 });
  });

  it('may be a parameter of the script', async () => {
    node.put('start.sh', '#!/bin/sh\nLLAMA_WAIT_SECONDS=${1:-420}\n', 0o755);
    expect(await waitOf('command=ROOT/start.sh 60')).toMatchObject({ seconds: 60 });
    expect(await waitOf('command=ROOT/start.sh')).toMatchObject({ seconds: 420 });
  });

  it('may have a unit', async () => {
    expect(await waitOf('command=/bin/sleep 1\nenvironment=LLAMA_WAIT_SECONDS="7m"')).toMatchObject({ seconds: 420 });
    expect(['420', '7m', '1.5h', ' 3s ', '', '-1', 'x', '1e3', '$X', '4 2'].map((each) => parseSeconds(each))).toEqual([
      420,
      420,
      5_400,
      3,
      ...Array.from({ length: 6 }, () => undefined),
    ]);
  });

  it('is not told where only running the script would tell, or nothing says', async () => {
    node.put('start.sh', '#!/bin/sh\nLLAMA_WAIT_SECONDS=$((7 * 60))\n', 0o755);
    expect(await waitOf('command=ROOT/start.sh\nenvironment=LLAMA_WAIT_SECONDS="300"')).toBeUndefined();
    node.put('start.sh', '#!/bin/sh\n# LLAMA_WAIT_SECONDS=1\n', 0o755);
    expect(await waitOf('command=ROOT/start.sh')).toBeUndefined();
  });
});

it('startsecs are those of each target’s stanza', async () => {
  node.conf =
    '[program:llama]\ncommand=x\nstartsecs=10\n[program:gpu]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num)d\n';
  const outcome = await round(node.collector({ paths: [], binaries: [], timeouts: [] }, ['llama', 'gpu']));
  expect(values(outcome)).toMatchObject({
    'program_timeout_seconds llama startsecs': 10,
    'program_timeout_seconds gpu:0 startsecs': 1,
    'program_timeout_seconds gpu:1 startsecs': 1,
  });
});
