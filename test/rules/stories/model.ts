import { flap, regular } from '../flap.ts';
import type { Firing, Story } from '../story.ts';
import type { Series } from '../timeline.ts';
import { always, during, steps } from '../timeline.ts';

const labels = { model: 'llama', program: 'llama' };
const of = 'model="llama",program="llama"';
const missing: Firing = { alert: 'GpuNodeModelMissing', labels };
const incomplete: Firing = { alert: 'GpuNodeModelIncomplete', labels };
const notStable: Firing = { alert: 'GpuNodeModelNotStable', labels };
const anomaly: Firing = { alert: 'GpuNodeModelVisibilityAnomaly', labels };
const replaced: Firing = { alert: 'GpuNodeModelReplacedWhileServed', labels };
const cadence =
  'llama restarted 8 times in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s).';
const flaps: readonly Firing[] = [
  { alert: 'GpuNodeProgramFlapping', labels: { program: 'llama' } },
  { alert: 'GpuNodeProgramRestartsOnSchedule', labels: { program: 'llama' } },
  { alert: 'GpuNodeProgramSlowFlap', labels: { program: 'llama' } },
  { alert: 'GpuNodeRestartCadenceMatchesTimeout', labels: { program: 'llama', timeout: 'LLAMA_WAIT_SECONDS' } },
];
const gib = 2 ** 30;

/** The file is not there: nothing more is known of it. */
function absent(from: number, to: number): Series {
  return {
    [`gpunode_model_file_present{${of}}`]: during(from, to, 0, 1),
    ...Object.fromEntries(
      ['regular', 'readable', 'complete', 'stable'].map((what) => [
        `gpunode_model_file_${what}{${of}}`,
        during(from, to, undefined, 1),
      ]),
    ),
  };
}

export const modelStories: readonly Story[] = [
  {
    title: 'the model is gone for a while; llama, which has it in memory, goes on',
    series: absent(10, 20),
    moments: [
      {
        at: 12,
        firing: [
          {
            ...missing,
            text: "The model llama of llama on gpu-1:10042 is missing. First, on the node: `ls -la /models/llama.gguf`; do not trust the sync's own success.",
          },
        ],
      },
      { at: 24.4, firing: [missing] },
      { at: 25.6 },
    ],
  },
  {
    title: 'the model is missing, and llama waits for it and dies: the page of the model tells the cadence',
    series: { ...absent(0, 90), ...flap({ program: 'llama', exits: regular(600, 421, 10) }) },
    moments: [
      {
        at: 66.1,
        firing: [
          {
            ...missing,
            text: `The model llama of llama on gpu-1:10042 is missing. ${cadence} First, on the node: \`ls -la /models/llama.gguf\`; do not trust the sync's own success.`,
          },
          ...flaps,
        ],
      },
    ],
  },
  {
    title: 'the model is not readable for its program, then not even a file',
    series: {
      [`gpunode_model_file_readable{${of}}`]: during(10, 15, 0, 1),
      [`gpunode_model_file_regular{${of}}`]: during(15, 20, 0, 1),
    },
    moments: [
      {
        at: 12,
        firing: [
          {
            ...missing,
            text: "The model llama of llama on gpu-1:10042 is not readable. First, on the node: `ls -la /models/llama.gguf`; do not trust the sync's own success.",
          },
        ],
      },
      {
        at: 17,
        firing: [
          {
            ...missing,
            text: "The model llama of llama on gpu-1:10042 is not a regular file. First, on the node: `ls -la /models/llama.gguf`; do not trust the sync's own success.",
          },
        ],
      },
    ],
  },
  {
    title: 'the model is renamed into place: away for half a minute',
    series: absent(10, 10.6),
    nearly: ['GpuNodeModelMissing'],
    moments: [{ at: 10.6 }, { at: 14 }],
  },
  {
    title: 'half a model is there and grows until it is complete; llama waits and dies meanwhile',
    series: {
      [`gpunode_model_file_complete{${of}}`]: steps([0, 0], [80, 1]),
      [`gpunode_model_file_size_bytes{${of}}`]: (at) => Math.min(4 * gib, (at / 4_800) * 4 * gib),
      ...flap({ program: 'llama', exits: regular(600, 421, 10) }),
    },
    moments: [
      {
        at: 66.1,
        firing: [
          {
            ...incomplete,
            text: `The model llama of llama on gpu-1:10042 is not complete: 3.3GiB are there, its header asks for 4GiB; it grows by 873.8kiB/s. ${cadence} First, on the node: \`stat -c '%n %F %s' /models/llama.gguf\` twice, 3 s apart; resync if it does not grow.`,
          },
          ...flaps,
        ],
      },
    ],
  },
  {
    title: 'a download ended too early, its header is garbage; then it is made again',
    series: {
      [`gpunode_model_file_complete{${of}}`]: during(10, 20, 0, 1),
      [`gpunode_model_file_size_bytes{${of}}`]: during(10, 20, gib, 4 * gib),
      [`gpunode_model_file_required_bytes{${of}}`]: during(10, 20, undefined, 4 * gib),
    },
    moments: [
      {
        at: 12.1,
        firing: [
          {
            ...incomplete,
            text: "The model llama of llama on gpu-1:10042 is not complete: 1GiB are there, and its header is not valid; it does not grow. First, on the node: `stat -c '%n %F %s' /models/llama.gguf` twice, 3 s apart; resync if it does not grow.",
          },
        ],
      },
      { at: 24.4, firing: [incomplete] },
      { at: 25.6 },
    ],
  },
  {
    title: 'a small model is incomplete for half a minute while it is copied',
    series: { [`gpunode_model_file_complete{${of}}`]: during(10, 10.6, 0, 1) },
    nearly: ['GpuNodeModelIncomplete'],
    moments: [{ at: 10.6 }, { at: 14 }],
  },
  {
    title: 'something writes to the model for a quarter of an hour',
    series: { [`gpunode_model_file_stable{${of}}`]: during(5, 20, 0, 1) },
    moments: [
      {
        at: 11,
        firing: [
          {
            ...notStable,
            text: "The model llama of llama on gpu-1:10042 has been changing for 5 minutes: something still writes to it. First, on the node: `stat -c '%n %F %s %z' /models/llama.gguf` twice, 3 s apart, and `fuser -v /models/llama.gguf` for who has it open.",
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'a sync touches the model for four minutes',
    series: { [`gpunode_model_file_stable{${of}}`]: during(5, 9, 0, 1) },
    nearly: ['GpuNodeModelNotStable'],
    moments: [{ at: 8.6 }, { at: 12 }],
  },
  {
    title: 'the file is listed and cannot be looked at',
    series: { [`gpunode_model_file_anomaly{${of},anomaly="listed_not_statable"}`]: during(5, 20, 1, 0) },
    moments: [
      {
        at: 12,
        firing: [
          {
            ...anomaly,
            text: 'The model llama of llama on gpu-1:10042 is not to be trusted: listed_not_statable. First, before any repair: keep what `stat /models/llama.gguf` and `ls -la` of its folder say now.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'the file comes and goes, never away for a minute',
    series: {
      [`gpunode_model_file_present{${of}}`]: (at) => (at >= 605 && at < 900 && at % 60 < 30 ? 0 : 1),
    },
    moments: [
      {
        at: 19,
        firing: [
          {
            ...anomaly,
            text: 'The model llama of llama on gpu-1:10042 is not to be trusted: it came or went 8 times in the last 15 minutes. First, before any repair: keep what `stat /models/llama.gguf` and `ls -la` of its folder say now.',
          },
        ],
      },
      { at: 33 },
    ],
  },
  {
    title: 'the file appears once, and a hole in it is no anomaly of its visibility',
    series: {
      [`gpunode_model_file_present{${of}}`]: steps([0, 0], [0.5, 1]),
      [`gpunode_model_file_anomaly{${of},anomaly="sparse"}`]: always(1),
      [`gpunode_model_file_anomaly{${of},anomaly="dangling_symlink"}`]: during(5, 9, 1, 0),
    },
    nearly: ['GpuNodeModelVisibilityAnomaly'],
    moments: [{ at: 8 }, { at: 16 }],
  },
  {
    title: 'the model is replaced under the server, which is restarted later',
    series: { [`gpunode_model_file_anomaly{${of},anomaly="replaced_while_mapped"}`]: during(5, 20, 1, 0) },
    moments: [
      {
        at: 11,
        firing: [
          {
            ...replaced,
            text: 'llama on gpu-1:10042 has served another file than the model llama on disk for 5 minutes: it was replaced under the server. First: `supervisorctl restart llama`, once `gpunode-exporter gate --model /models/llama.gguf` finds the new file complete and stable.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'a deploy replaces the model, and restarts the server four minutes later',
    series: { [`gpunode_model_file_anomaly{${of},anomaly="replaced_while_mapped"}`]: during(5, 9, 1, 0) },
    nearly: ['GpuNodeModelReplacedWhileServed'],
    moments: [{ at: 8.6 }, { at: 12 }],
  },
];
