import { describe, expect, it } from 'vitest';
import { apiHealthy, llamaHealthy } from '../../../src/checklist/items/endpoints.ts';
import type { EndpointFact } from '../../../src/collectors/endpoints/facts.ts';
import { configOf, endpoint, failed, healthyView, known, nowMs, runs } from '../healthy-view.ts';

const curl = 'curl -sS -i --max-time 5 http://127.0.0.1:8000/health';
const stranger = { pid: 99, comm: 'uvicorn', owner: { kind: 'orphan', formerProgram: 'fastapi' } } as const;
const alone = { program: 0, other: 1, unknown: 0, strangers: [stranger] };

function judge(change: Partial<EndpointFact>) {
  return apiHealthy.judge('compute-api', healthyView({ endpoints: known({ endpoints: [endpoint(change)] }) }));
}

describe('api_healthy', () => {
  it.each<[string, Partial<EndpointFact>, object]>([
    ['ok', {}, { status: 'pass', evidence: 'answers with status 200 in 4 ms', command: curl }],
    ['slow', { durationSeconds: 1.2 }, { status: 'pass', evidence: 'answers with status 200 in 1.2s', command: curl }],
    [
      'refused',
      { state: 'refused', reason: 'ECONNREFUSED' },
      { status: 'fail', evidence: 'connection refused, nothing listens there', command: curl },
    ],
    [
      'timeout',
      { state: 'timeout', reason: 'no complete answer within 2000 ms' },
      { status: 'fail', evidence: 'timeout: no complete answer within 2000 ms', command: curl },
    ],
    [
      'http_error',
      { state: 'http_error', statusCode: 500 },
      { status: 'fail', evidence: 'http error with status 500', command: curl },
    ],
    [
      'body_mismatch',
      { state: 'body_mismatch', reason: 'status is "degraded", expected "ok"' },
      { status: 'fail', evidence: 'body mismatch: status is "degraded", expected "ok"', command: curl },
    ],
    [
      'stranger',
      { state: 'stranger', listeners: alone },
      {
        status: 'fail',
        evidence: 'pid 99 (uvicorn) listens on the port of fastapi, 1 listening socket of others',
        command: 'ss -ltnp',
        runbook: 'GpuNodeEndpointStranger',
      },
    ],
    [
      'ok, with a stranger beside it',
      { listeners: { ...alone, program: 1, other: 2 } },
      {
        status: 'fail',
        evidence: 'pid 99 (uvicorn) listens on the port of fastapi, 2 listening sockets of others',
        command: 'ss -ltnp',
        runbook: 'GpuNodeEndpointStranger',
      },
    ],
  ])('%s', (_, change, expected) => {
    expect(judge(change)).toEqual(expected);
  });

  it('is unknown where it could not be asked', () => {
    const { state: _, ...unprobed } = endpoint({ unprobed: 'its bearer token cannot be read' });
    const view = healthyView({ endpoints: known({ endpoints: [unprobed] }) });
    expect(apiHealthy.judge('compute-api', view)).toEqual({
      status: 'unknown',
      evidence: 'its bearer token cannot be read',
      command: curl,
    });
  });

  it('has a command also while nothing is known, without what the URL keeps to itself', () => {
    const url = 'http://127.0.0.1:8000/health?token=secret';
    const targets = [{ name: 'compute-api', url, program: 'fastapi' }];
    const view = healthyView({ config: configOf({ endpoints: { targets } }), endpoints: failed() });
    expect(apiHealthy.judge('compute-api', view)).toEqual({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
      command: curl,
    });
  });

  it('goes over the http endpoints, llama_healthy over the others', () => {
    expect(apiHealthy.subjects(healthyView())).toEqual(['compute-api']);
    expect(llamaHealthy.subjects(healthyView())).toEqual(['llama']);
  });
});

describe('llama_healthy while it loads', () => {
  function judgeLoading(sinceStartSeconds: number, events = runs('llama', [])) {
    const llama = endpoint({ target: 'llama', program: 'llama', kind: 'llama', state: 'loading', statusCode: 503 });
    const loading = { ...llama, loadingBudgetSeconds: 7_200 - sinceStartSeconds };
    return llamaHealthy.judge('llama', healthyView({ endpoints: known({ endpoints: [loading] }), events }));
  }

  it('is unknown within its budget, which begins with the program', () => {
    expect(judgeLoading(-300)).toMatchObject({
      status: 'unknown',
      evidence: 'loading its model for 2h 0m of at most 2h 5m',
      settling: true,
    });
  });

  it('fails after it', () => {
    expect(judgeLoading(300)).toEqual({
      status: 'fail',
      evidence: 'loading its model for 2h 0m of at most 1h 55m',
      command: 'tail -n 200 /var/log/llama.err',
      runbook: 'GpuNodeModelLoadingTooLong',
    });
  });

  it('fails where it never gets further', () => {
    expect(judgeLoading(-300, runs('llama', [20, 20, 20]))).toMatchObject({
      status: 'fail',
      runbook: 'GpuNodeProgramFlapping',
    });
  });

  it('takes the time that it was seen loading where nobody knows when it was started', () => {
    const llama = endpoint({ target: 'llama', program: 'llama', kind: 'llama', state: 'loading' });
    const loading = { ...llama, sinceMs: nowMs - 30_000 };
    const view = healthyView({ endpoints: known({ endpoints: [loading] }), supervisor: failed() });
    expect(llamaHealthy.judge('llama', view)).toMatchObject({
      status: 'unknown',
      evidence: 'loading its model for 30s of at most 10m 0s',
    });
  });
});
