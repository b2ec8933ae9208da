import { describe, expect, it } from 'vitest';
import { programRunning, supervisorAnswers } from '../../../src/checklist/items/programs.ts';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { sample } from '../../../src/core/samples.ts';
import type { ProgramFacts } from '../../../src/collectors/supervisor/facts.ts';
import { configOf, down, failed, healthyView, known, nowMs, program, supervisorFacts } from '../healthy-view.ts';

const status = 'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf status';

describe('supervisor_answers', () => {
  it('passes and says what it found', () => {
    expect(supervisorAnswers.judge('node', healthyView())).toEqual({
      status: 'pass',
      evidence: 'supervisord 4.2.5 is RUNNING, 3 of 3 programs RUNNING',
      command: 'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf pid',
    });
  });

  it('fails where it is known to be down, and is unknown where nobody may ask', () => {
    const dead = failed('timeout', [sample(metrics.up, {}, 0)]);
    expect(supervisorAnswers.judge('node', healthyView({ supervisor: dead }))).toMatchObject({
      status: 'fail',
      evidence: 'down: no answer within 2000 ms',
    });
    expect(supervisorAnswers.judge('node', healthyView({ supervisor: failed('denied') }))).toMatchObject({
      status: 'unknown',
      evidence: 'not known: denied, no answer within 2000 ms',
    });
  });

  it('waits for a log that is being read', () => {
    const reading = { ...failed('timeout'), goesOn: true } as const;
    expect(supervisorAnswers.judge('node', healthyView({ supervisor: reading }))).toMatchObject({
      status: 'unknown',
      settling: true,
    });
  });
});

describe('program_running', () => {
  function judge(facts: ProgramFacts) {
    return programRunning.judge('llama', healthyView({ supervisor: known(supervisorFacts(facts)) }));
  }
  const starting = (uptimeSeconds: number): ProgramFacts['status'] => ({
    state: 'STARTING',
    stateCode: 10,
    pid: 9,
    startSeconds: nowMs / 1000 - uptimeSeconds,
    uptimeSeconds,
    spawnError: '',
  });
  const { status: _, ...unheard } = program('llama');
  const lastExit = { atMs: nowMs - 4_000, code: 1 };

  it.each<[string, ProgramFacts, object]>([
    ['RUNNING', program('llama'), { status: 'pass', evidence: 'RUNNING for 2h 0m', command: status }],
    [
      'RUNNING for no longer than startsecs',
      program('llama', { startsecs: 7_200 }),
      {
        status: 'unknown',
        evidence: 'RUNNING for 2h 0m, no longer than its startsecs yet',
        command: status,
        settling: true,
      },
    ],
    [
      'STARTING',
      program('llama', { status: starting(1) as NonNullable<ProgramFacts['status']> }),
      { status: 'unknown', evidence: 'STARTING for 1s', command: status, settling: true },
    ],
    [
      'BACKOFF',
      down('llama', 'BACKOFF', { lastExit }),
      {
        status: 'fail',
        evidence: 'BACKOFF, last exit 4s ago with code 1',
        command: 'tail -n 200 /var/log/llama.err',
      },
    ],
    [
      'FATAL',
      down('llama', 'FATAL', { lastExit }),
      {
        status: 'fail',
        evidence: 'FATAL, last exit 4s ago with code 1',
        command: 'tail -n 200 /var/log/llama.err',
        runbook: 'GpuNodeProgramFatal',
      },
    ],
    [
      'STOPPED, where the last exit is no reason',
      down('llama', 'STOPPED', { lastExit }),
      { status: 'fail', evidence: 'STOPPED', command: status, runbook: 'GpuNodeProgramStopped' },
    ],
    [
      'EXITED',
      down('llama', 'EXITED', { lastExit: { atMs: nowMs - 4_000 } }),
      { status: 'fail', evidence: 'EXITED, last exit 4s ago', command: 'tail -n 200 /var/log/llama.err' },
    ],
    [
      'unknown to supervisord',
      unheard,
      { status: 'fail', evidence: 'supervisord does not know a program of this name', command: status },
    ],
  ])('%s', (_, facts, expected) => {
    expect(judge(facts)).toEqual(expected);
  });

  it('says why a program could not even be spawned', () => {
    const facts = down('llama', 'FATAL');
    const spawnError = "can't find command '/app/llama-server'";
    const { evidence } = judge({
      ...facts,
      status: { ...facts.status, spawnError } as NonNullable<typeof facts.status>,
    });
    expect(evidence).toBe(`FATAL, ${spawnError}`);
  });

  it('names the programs of the configuration while supervisord is silent, and knows nothing of them', () => {
    const silent = healthyView({ supervisor: failed() });
    expect(programRunning.subjects(silent)).toBeUndefined();
    expect(programRunning.configured?.(configOf({ programs: ['all', 'llama'] }))).toEqual(['llama']);
    expect(programRunning.judge('llama', silent)).toEqual({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
      command: status,
    });
  });
});
