import { check } from '../check.ts';
import type { Firing, Story } from '../story.ts';
import type { Series, Timeline } from '../timeline.ts';
import { during, steps } from '../timeline.ts';
import { states } from './process.ts';

const apiLabels = { target: 'compute-api', program: 'fastapi' };
const llamaLabels = { target: 'llama', program: 'llama' };
const down: Firing = { alert: 'GpuNodeEndpointDown', labels: apiLabels };
const loading: Firing = { alert: 'GpuNodeModelLoadingTooLong', labels: llamaLabels };
const slow: Firing = { alert: 'GpuNodeEndpointSlow', labels: apiLabels };
const stranger: Firing = { alert: 'GpuNodeEndpointStranger', labels: apiLabels };

/** The endpoint is in `state` from one minute to another. */
export function inState(target: string, program: string, state: string, from: number, to: number): Series {
  const of = `target="${target}",program="${program}"`;
  return {
    [`gpunode_endpoint_up{${of}}`]: during(from, to, 0, 1),
    [`gpunode_endpoint_state{${of},state="${state}"}`]: during(from, to, 1, 0),
    [`gpunode_endpoint_state{${of},state="ok"}`]: during(from, to, 0, 1),
  };
}

/** Probes of the API, one in five seconds, that take `slowSeconds` from one minute to another. */
function probesTaking(slowSeconds: number, from: number, to: number): Series {
  const of = 'target="compute-api",program="fastapi"';
  const slowProbes: Timeline = (at) => Math.max(0, Math.min(at, to * 60) - from * 60) / 5;
  return {
    [`gpunode_endpoint_probe_duration_seconds_count{${of}}`]: (at) => at / 5,
    [`gpunode_endpoint_probe_duration_seconds_sum{${of}}`]: (at) =>
      (at / 5) * 0.01 + (slowProbes(at) ?? 0) * (slowSeconds - 0.01),
  };
}

const llamaHealthy = ['endpoint_health', 'llama_healthy', 'llama'] as const;
const startTime = 'gpunode_program_start_time_seconds{program="llama"}';

export const endpointStories: readonly Story[] = [
  {
    title: 'the API answers 500 for a while',
    series: {
      ...inState('compute-api', 'fastapi', 'http_error', 10, 20),
      'gpunode_endpoint_status_code{target="compute-api",program="fastapi"}': during(10, 20, 500, 200),
    },
    moments: [
      {
        at: 13,
        firing: [
          {
            ...down,
            text: 'The health endpoint compute-api of fastapi on gpu-1:10042 has failed for 2 minutes: http_error with status 500. First, on the node: `curl -sS -i --max-time 5` its health URL, then `tail -n 200 /var/log/fastapi.err`.',
          },
        ],
      },
      { at: 24.4, firing: [down] },
      { at: 25.6 },
    ],
  },
  {
    title: 'the API hangs: no status, no answer',
    series: {
      ...inState('compute-api', 'fastapi', 'timeout', 10, 20),
      'gpunode_endpoint_status_code{target="compute-api",program="fastapi"}': during(10, 20, undefined, 200),
    },
    moments: [
      {
        at: 13,
        firing: [
          {
            ...down,
            text: 'The health endpoint compute-api of fastapi on gpu-1:10042 has failed for 2 minutes: timeout. First, on the node: `curl -sS -i --max-time 5` its health URL, then `tail -n 200 /var/log/fastapi.err`.',
          },
        ],
      },
    ],
  },
  {
    title: 'the API does not answer for a minute and a half',
    series: inState('compute-api', 'fastapi', 'refused', 10, 11.5),
    nearly: ['GpuNodeEndpointDown'],
    moments: [{ at: 11.4 }, { at: 14 }],
  },
  {
    title: 'llama loads its model for eight minutes of ten',
    series: { ...inState('llama', 'llama', 'loading', 10, 18), [startTime]: steps([0, -9_000], [10, 600]) },
    nearly: ['GpuNodeModelLoadingTooLong', 'GpuNodeEndpointDown'],
    moments: [{ at: 13 }, { at: 17.6 }, { at: 25 }],
  },
  {
    title: 'llama loads its model and does not come to an end',
    series: { ...inState('llama', 'llama', 'loading', 10, 40), [startTime]: steps([0, -9_000], [10, 600]) },
    moments: [
      { at: 19.6 },
      {
        at: 22.1,
        firing: [
          {
            ...loading,
            text: 'llama on gpu-1:10042 has been loading its model for 12m 0s; its budget is 10m 0s. First: `tail -n 50 /var/log/llama.err` for its progress, then `nvidia-smi` and `free -h`.',
          },
        ],
      },
      { at: 43, firing: [loading] },
      { at: 46 },
    ],
  },
  {
    title:
      'llama loads for ever, and supervisord may not be asked: nobody knows its start, the checklist counts itself',
    series: {
      ...inState('llama', 'llama', 'loading', 10, 40),
      ...check(llamaHealthy, [10, 'unknown'], [20, 'fail'], [40, 'pass']),
      [startTime]: undefined,
    },
    moments: [
      { at: 20.4 },
      {
        at: 21.6,
        firing: [
          {
            ...loading,
            text: 'llama on gpu-1:10042 has been loading its model for too long; its budget is 10m 0s. First: `tail -n 50 /var/log/llama.err` for its progress, then `nvidia-smi` and `free -h`.',
          },
        ],
      },
      { at: 46 },
    ],
  },
  {
    // Two observers, two clocks: the endpoint already says "loading" while the start time is still that of days ago.
    title: 'llama is restarted, and its endpoint is looked at first',
    series: { ...inState('llama', 'llama', 'loading', 10, 15), [startTime]: steps([0, -259_200], [10.5, 600]) },
    nearly: ['GpuNodeModelLoadingTooLong'],
    moments: [{ at: 10.4 }, { at: 11.4 }, { at: 14 }],
  },
  {
    title: 'a planned stop of llama: its port refuses, and that was asked for; then it is started and loads',
    series: {
      ...states('llama', [10, 'STOPPING'], [10.5, 'STOPPED'], [20, 'STARTING'], [20.25, 'RUNNING']),
      ...inState('llama', 'llama', 'refused', 10, 21),
      [startTime]: steps([0, -9_000], [20, 1_200]),
    },
    nearly: ['GpuNodeEndpointDown'],
    moments: [{ at: 12.6 }, { at: 19 }, { at: 20.6 }, { at: 23 }],
  },
  {
    title: 'the API takes three seconds to answer for half an hour',
    series: probesTaking(3, 10, 40),
    moments: [
      { at: 19 },
      {
        at: 30,
        firing: [
          {
            ...slow,
            text: 'The health endpoint compute-api of fastapi on gpu-1:10042 takes 3s on average, for 10 minutes; 1s would do. First: `nvidia-smi` and `top -b -n 1 | head -n 20`: is it saturated, or does it wait?',
          },
        ],
      },
      { at: 46 },
    ],
  },
  {
    title: 'the API is slow for eight minutes',
    series: probesTaking(3, 10, 18),
    nearly: ['GpuNodeEndpointSlow'],
    moments: [{ at: 18 }, { at: 24 }, { at: 30 }],
  },
  {
    title: 'an orphan answers in the place of the API',
    series: {
      ...inState('compute-api', 'fastapi', 'stranger', 10, 20),
      'gpunode_endpoint_listeners{target="compute-api",program="fastapi",owner="other"}': during(10, 20, 1, 0),
      'gpunode_endpoint_listeners{target="compute-api",program="fastapi",owner="program"}': during(10, 20, 0, 1),
    },
    moments: [
      {
        at: 11.6,
        firing: [
          {
            ...stranger,
            text: 'A process that is not fastapi listens on the port of compute-api on gpu-1:10042: an orphan of an earlier run, or a stranger. First, on the node: `ss -ltnp`, then compare its pid with `supervisorctl pid fastapi`.',
          },
        ],
      },
      { at: 15, firing: [stranger, down] },
      { at: 20.6, firing: [down] },
    ],
  },
  {
    title: 'two llamas share a port: it answers, but who?',
    series: { 'gpunode_endpoint_listeners{target="llama",program="llama",owner="other"}': during(10, 20, 1, 0) },
    moments: [{ at: 15, firing: [{ ...stranger, labels: llamaLabels }] }, { at: 20.6 }],
  },
  {
    title: 'the old API needs half a minute to give up its port',
    series: {
      'gpunode_endpoint_listeners{target="compute-api",program="fastapi",owner="other"}': during(10, 10.5, 1, 0),
    },
    nearly: ['GpuNodeEndpointStranger'],
    moments: [{ at: 10.4 }, { at: 12 }],
  },
];
