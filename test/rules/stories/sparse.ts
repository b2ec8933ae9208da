import { flap, regular } from '../flap.ts';
import { card, healthyNode } from '../healthy-node.ts';
import type { Firing, Story } from '../story.ts';
import { always, counter, during, steps, withoutExporter } from '../timeline.ts';

const llama = { program: 'llama' };
const flapping: Firing = { alert: 'GpuNodeProgramFlapping', labels: llama };
const onSchedule: Firing = { alert: 'GpuNodeProgramRestartsOnSchedule', labels: llama };
const matches: Firing = {
  alert: 'GpuNodeRestartCadenceMatchesTimeout',
  labels: { ...llama, timeout: 'LLAMA_WAIT_SECONDS' },
};
const slow: Firing = { alert: 'GpuNodeProgramSlowFlap', labels: llama };
const minutely = { stepSeconds: 60, evaluationSeconds: 60 };
/** Windows of the rules begin between two scrapes, so that they hold one less, as all do since Prometheus 3. */
const betweenScrapes = { stepSeconds: 60, evaluationSeconds: 15 };

/** Prometheus that looks once a minute, or less. */
export const sparseStories: readonly Story[] = [
  {
    title: 'looked at once a minute, a healthy node raises nothing, and llama that dies every 420 s pages',
    ...minutely,
    series: flap({ program: 'llama', exits: regular(3_610, 421, 12) }),
    moments: [
      { at: 60 },
      { at: 74 },
      {
        at: 76,
        firing: [
          {
            ...flapping,
            text: 'llama restarted 3 times in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s). Its last exit code was 1. First, on gpu-1:10042: `tail -n 200 /var/log/llama.err`.',
          },
        ],
      },
      { at: 128, firing: [flapping, onSchedule, matches, slow] },
    ],
  },
  {
    title: 'looked at once a minute, four deaths in twelve seconds are not lost',
    ...betweenScrapes,
    series: flap({ program: 'llama', exits: [603, 606, 609, 612] }),
    moments: [{ at: 10.5 }, { at: 11, firing: [flapping, onSchedule, slow] }, { at: 47, firing: [onSchedule, slow] }],
  },
  {
    // `increase` extrapolates nine events of nine minutes to ten of ten.
    title: 'looked at once a minute, nine errors are not ten',
    ...betweenScrapes,
    series: {
      'gpunode_log_events_total{program="fastapi",class="app_load"}': counter(regular(610, 2, 9), 30),
    },
    nearly: ['GpuNodeErrorBurst'],
    moments: [{ at: 11.2 }, { at: 15.7 }, { at: 20.2 }],
  },
  {
    title: 'looked at once a minute, the text counts what happened',
    ...betweenScrapes,
    series: { 'gpunode_log_events_total{program="llama",class="gpu_oom"}': counter(regular(610, 2, 9), 2) },
    moments: [
      {
        at: 15.7,
        firing: [
          {
            alert: 'GpuNodeCudaOutOfMemory',
            labels: llama,
            text: 'llama on gpu-1:10042 ran out of GPU memory in the last 15 minutes (9×). First, on the node: `nvidia-smi` for who holds it; then fewer parallel slots and less context before fewer layers on the GPU.',
          },
        ],
      },
      { at: 27.2 },
    ],
  },
  {
    title: 'looked at once a minute, the API gets slow and is slow until it is repaired',
    ...minutely,
    series: {
      'gpunode_endpoint_probe_duration_seconds_sum{target="compute-api",program="fastapi"}': (at) =>
        10 + Math.max(0, Math.min(at, 2_400) - 600) * 0.4,
      'gpunode_endpoint_probe_duration_seconds_count{target="compute-api",program="fastapi"}': (at) => 1_000 + at / 5,
    },
    moments: [
      { at: 20 },
      { at: 27, firing: [{ alert: 'GpuNodeEndpointSlow', labels: { program: 'fastapi', target: 'compute-api' } }] },
      { at: 46 },
    ],
  },
  {
    title: 'looked at once a minute, a driver, a supervisord and a mount that are gone page',
    ...minutely,
    series: {
      gpunode_gpus_visible: steps([0, 1], [9.5, 0]),
      gpunode_supervisor_up: steps([0, 1], [9.5, 0]),
      'gpunode_filesystem_mounted{mountpoint="/workspace"}': steps([0, 1], [9.5, 0]),
    },
    moments: [
      { at: 10 },
      {
        at: 12,
        firing: [
          { alert: 'GpuNodeGpuMissing' },
          { alert: 'GpuNodeSupervisorDown' },
          { alert: 'GpuNodeMountMissing', labels: { mountpoint: '/workspace' } },
        ],
      },
    ],
  },
  {
    title: 'the exporter is away for half an hour of a flap that goes on: its page comes back with it',
    only: withoutExporter({ ...healthyNode(), ...flap({ program: 'llama', exits: regular(630, 120, 60) }) }, 20, 50),
    moments: [
      { at: 49, firing: [{ alert: 'GpuNodeExporterDown' }] },
      { at: 50.6, firing: [flapping, onSchedule, slow] },
    ],
  },
  {
    title: 'the exporter loses its state in a flap that goes on: the page does not end',
    series: {
      ...flap({ program: 'llama', exits: regular(600, 300, 20) }),
      'gpunode_program_starts_total{program="llama",trigger="respawn"}': (at) =>
        regular(601, 300, 20).filter((each) => each <= at && (at < 2_400 || each >= 2_400)).length,
    },
    moments: [
      { at: 39, firing: [flapping, onSchedule, slow] },
      { at: 41, firing: [flapping, onSchedule] },
      { at: 54, firing: [flapping, onSchedule] },
      { at: 66, firing: [flapping, onSchedule, slow] },
    ],
  },
  {
    title: 'two restarts in an hour that only polling sees may be an operator’s',
    series: flap({ program: 'llama', exits: [600, 1_200], trigger: 'unknown' }),
    nearly: ['GpuNodeProgramSlowFlap'],
    moments: [{ at: 21 }, { at: 59 }],
  },
  {
    title: 'supervisord is reloaded for a deploy: it is silent, then all programs start for the first time',
    series: Object.fromEntries([
      ['gpunode_supervisor_up', during(10, 10.5, 0, 1)],
      ...['fastapi', 'worker-gpu', 'llama'].flatMap((program) => [
        [`gpunode_program_state_code{program="${program}"}`, during(10, 10.5, undefined, 20)],
        [`gpunode_program_start_time_seconds{program="${program}"}`, steps([0, -9_000], [10, undefined], [10.5, 625])],
        [`gpunode_program_starts_total{program="${program}",trigger="initial"}`, counter([625], 1)],
      ]),
    ]),
    nearly: ['GpuNodeProgramFlapping', 'GpuNodeSupervisorDown'],
    moments: [{ at: 10.4 }, { at: 11 }, { at: 20 }],
  },
  {
    title: 'a node without a card, a model or a queue: what it has still pages',
    only: Object.fromEntries(
      Object.entries({ ...healthyNode(), ...flap({ program: 'llama', exits: regular(600, 240, 8) }) }).filter(
        ([key]) => !/^gpunode_(gpu|model|queue)|model_integrity|queue_behavior/.test(key) && !key.includes(card),
      ),
    ),
    moments: [{ at: 9 }, { at: 24.2, firing: [flapping, onSchedule, slow] }],
  },
  {
    title: 'the runs of a crash loop are shorter than any clock tells: it flaps, and no cadence is made up',
    series: {
      ...flap({ program: 'llama', exits: regular(600, 15, 20) }),
      'gpunode_program_short_run_seconds_total{program="llama"}': always(0),
      'gpunode_program_short_run_seconds_squared_total{program="llama"}': always(0),
    },
    moments: [
      {
        at: 13.1,
        firing: [
          {
            ...flapping,
            text: 'llama restarted 12 times in the last hour, every 0s. Its last exit code was 1. First, on gpu-1:10042: `tail -n 200 /var/log/llama.err`.',
          },
          slow,
        ],
      },
    ],
  },
];
