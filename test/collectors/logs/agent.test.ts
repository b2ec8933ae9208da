/** With the real file agent, which is killed while programs write and logs are rotated. */
import { readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createFileAgent } from '../../../src/agent/client.ts';
import type { FileAgent } from '../../../src/agent/client.ts';
import { systemClock } from '../../../src/host.ts';
import { createTestHost } from '../../support/host.ts';
import { createRig, ended, samplesIn, writeLog } from './rig.ts';
import type { Rig } from './rig.ts';

const main = join(import.meta.dirname, '../../../src/main.ts');
let agent: FileAgent;
let rig: Rig;

afterEach(async () => {
  agent.stop();
  await rig.close();
});

/** Ids of the file agents that this process started. */
function agentPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('__files');
      } catch {
        return false;
      }
    });
}

test('every event counts once though the agent is killed again and again', { timeout: 60_000 }, async () => {
  const { log } = createTestHost();
  agent = createFileAgent({ command: [process.execPath, main, '__files'], clock: systemClock, log });
  rig = createRig({}, agent);
  const path = rig.addProgram('fastapi');
  writeLog(path, ended);
  await rig.round();
  let written = 0;
  for (let turn = 0; turn < 12; turn += 1) {
    for (let line = 0; line < 50; line += 1) rig.append(path, `ERROR:app:failure ${(written += 1)}\n${ended}`);
    const round = rig.round();
    const pids = agentPids();
    if (turn % 3 === 1) for (const pid of pids) process.kill(pid, 'SIGKILL');
    await round;
    if (turn % 4 === 2) {
      renameSync(path, `${path}.1`);
      writeLog(path, ended);
    }
  }
  expect(agentPids().length).toBe(1);
  const expected = { 'fastapi unclassified': written };
  expect(await rig.until(expected)).toEqual(expected);
  const lost = samplesIn(await rig.round()).find(({ metric }) => metric.name === 'gpunode_log_lost_bytes_total');
  expect(lost?.value).toBe(0);
});
