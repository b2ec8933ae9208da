import { card } from '../healthy-node.ts';
import { check, fires } from '../check.ts';
import type { Item } from '../check.ts';
import type { Firing, Story } from '../story.ts';
import { always, during, steps } from '../timeline.ts';

const gib = 2 ** 30;

const code = ['process_health', 'code_present', '/workspace/src/api/main.py'] as const;
const binary = ['process_health', 'binary_valid', 'llama-server'] as const;
const mode = ['queue_behavior', 'worker_mode', 'worker-gpu'] as const;
const activities = ['queue_behavior', 'activities_succeed', 'worker-gpu'] as const;
const cuda = ['resource_sanity', 'cuda_visible', 'node'] as const;
const owned = ['resource_sanity', 'gpu_memory_owned', 'node'] as const;
const whisper = ['resource_sanity', 'whisper_on_gpu', 'worker-gpu'] as const;
const llamaHealthy = ['endpoint_health', 'llama_healthy', 'llama'] as const;
const ofModel = (name: string): Item => ['model_integrity', name, 'llama'];
const ofCard = ['resource_sanity', 'memory_headroom', card] as const;

const failing = (item: Item, text?: string): Firing => fires('GpuNodeCheckFailing', item, text);
const unknown = (item: Item, text?: string): Firing => fires('GpuNodeCheckUnknown', item, text);
const unattributed = (owner: string): string =>
  `gpunode_gpu_unattributed_memory_bytes{uuid="${card}",owner="${owner}"}`;

export const checklistStories: readonly Story[] = [
  {
    title: 'an image without code, a binary without libraries, a driver without cards, a worker that is not one',
    series: {
      ...check(code, [10, 'fail'], [30, 'pass']),
      'gpunode_path_present{path="/workspace/src/api/main.py"}': during(10, 30, 0, 1),
      ...check(binary, [10, 'fail'], [30, 'pass']),
      'gpunode_binary_missing_libraries{binary="llama-server",program="llama"}': during(10, 30, 2, 0),
      ...check(mode, [10, 'fail'], [30, 'pass']),
      ...check(activities, [10, 'fail'], [30, 'pass']),
      ...check(cuda, [10, 'fail'], [30, 'pass']),
      gpunode_gpus_visible: during(10, 30, 0, 1),
    },
    moments: [
      { at: 24, firing: [{ alert: 'GpuNodeGpuMissing' }] },
      {
        at: 26,
        firing: [
          { alert: 'GpuNodeGpuMissing' },
          failing(
            code,
            'code_present of /workspace/src/api/main.py on gpu-1:10042 has failed for 15 minutes: it is not there. First, on the node: `ls -la /workspace/src/api/main.py`.',
          ),
          failing(
            binary,
            'binary_valid of llama-server on gpu-1:10042 has failed for 15 minutes: libraries missing for llama: 2. First, on the node: `ldd /app/llama-server`.',
          ),
          failing(
            mode,
            'worker_mode of worker-gpu on gpu-1:10042 has failed for 15 minutes: its mode or queue suffix is not that of a GPU worker. First, on the node: `grep -nE "command=|environment=" /etc/supervisor/conf.d/worker-gpu.conf`.',
          ),
          failing(
            activities,
            'activities_succeed of worker-gpu on gpu-1:10042 has failed for 15 minutes: some of its activities fail. First, on the node: `tail -n 200 /var/log/worker-gpu.err`.',
          ),
          failing(
            cuda,
            'cuda_visible of node on gpu-1:10042 has failed for 15 minutes: nvidia-smi shows no card. First, on the node: `timeout 20 nvidia-smi -L`.',
          ),
        ],
      },
      { at: 36 },
    ],
  },
  {
    title: 'code that may not be run, a binary that cannot, and a probe that finds no CUDA',
    series: {
      ...check(code, [1, 'fail']),
      ...check(binary, [1, 'fail']),
      'gpunode_binary_runnable{binary="llama-server",program="llama"}': always(0),
      ...check(cuda, [1, 'fail']),
      'gpunode_cuda_available{probe="torch",program="worker-gpu"}': always(0),
    },
    moments: [
      {
        at: 17,
        firing: [
          failing(
            code,
            'code_present of /workspace/src/api/main.py on gpu-1:10042 has failed for 15 minutes: it is there, and cannot be used. First, on the node: `ls -la /workspace/src/api/main.py`.',
          ),
          failing(
            binary,
            'binary_valid of llama-server on gpu-1:10042 has failed for 15 minutes: it cannot be run for llama. First, on the node: `ldd /app/llama-server`.',
          ),
          failing(
            cuda,
            'cuda_visible of node on gpu-1:10042 has failed for 15 minutes: the probe torch finds no CUDA. First, on the node: `timeout 20 nvidia-smi -L`.',
          ),
        ],
      },
    ],
  },
  {
    title: 'code is missing for fourteen minutes of a deploy; checks that have alerts of their own fail for an hour',
    series: {
      ...check(code, [10, 'fail'], [24, 'pass']),
      ...check(['process_health', 'supervisor_answers', 'node'], [10, 'fail']),
      ...check(llamaHealthy, [10, 'fail']),
      ...check(ofModel('size_stable'), [10, 'fail']),
      ...check(['resource_sanity', 'no_oom', 'node'], [10, 'fail']),
    },
    nearly: ['GpuNodeCheckFailing'],
    moments: [{ at: 23.9 }, { at: 26 }, { at: 70 }],
  },
  {
    title: 'a file system hangs under the model for an hour: nobody can say that it is well',
    series: check(ofModel('file_visible'), [10, 'unknown'], [70, 'pass']),
    moments: [
      { at: 39 },
      {
        at: 41.5,
        firing: [
          unknown(
            ofModel('file_visible'),
            'file_visible of llama on gpu-1:10042 has been unknown for 30 minutes: nobody can say that it is well. First: `gpunode-exporter check --from http://gpu-1:10042 --section model_integrity`, for why, and for the command to run next.',
          ),
        ],
      },
      { at: 71.5 },
    ],
  },
  {
    title: 'it hangs for 29 minutes, and an exporter is restarted within',
    series: check(ofModel('file_visible'), [1, 'unknown'], [10, undefined], [10.5, 'unknown'], [39, 'pass']),
    stepSeconds: 15,
    nearly: ['GpuNodeCheckUnknown'],
    moments: [{ at: 32 }, { at: 38.9 }, { at: 41 }],
  },
  {
    title:
      'of an absent model, of a card that is lost and of cards that are not there the rest is unknown, as it must be',
    series: {
      ...check(ofModel('file_regular_readable'), [1, 'fail']),
      ...check(ofModel('size_stable'), [1, 'unknown']),
      ...check(ofModel('file_complete'), [1, 'unknown']),
      ...check(['resource_sanity', 'gpu_ok', card], [1, 'fail']),
      ...check(ofCard, [1, 'unknown']),
      ...check(cuda, [40, 'fail']),
      ...check(owned, [40, 'unknown']),
      // Not of the same section.
      ...check(llamaHealthy, [1, 'unknown']),
    },
    moments: [
      { at: 38, firing: [unknown(llamaHealthy)] },
      { at: 80, firing: [unknown(llamaHealthy), failing(cuda)] },
    ],
  },
  {
    title:
      'a worker that is stopped for a while, idle before: its Whisper and its activities are unknown, as they must be',
    series: {
      ...check(['process_health', 'program_running', 'worker-gpu'], [10, 'fail'], [65, 'pass']),
      ...check(whisper, [10, 'unknown'], [65, 'pass']),
      ...check(activities, [1, 'unknown']),
    },
    nearly: ['GpuNodeCheckUnknown'],
    moments: [{ at: 45 }, { at: 64 }, { at: 90 }],
  },
  {
    title: 'nobody knows of the Whisper of a worker that runs',
    series: check(whisper, [10, 'unknown']),
    moments: [{ at: 42, firing: [unknown(whisper)] }],
  },
  {
    title: 'a model of 400 GiB takes 50 minutes of its hour to load',
    series: {
      ...check(llamaHealthy, [10, 'unknown'], [60, 'pass']),
      'gpunode_endpoint_loading_budget_seconds{target="llama",program="llama"}': always(3_600),
      'gpunode_program_start_time_seconds{program="llama"}': steps([0, -9_000], [10, 600]),
      'gpunode_endpoint_up{target="llama",program="llama"}': during(10, 60, 0, 1),
      'gpunode_endpoint_state{target="llama",program="llama",state="loading"}': during(10, 60, 1, 0),
      'gpunode_endpoint_state{target="llama",program="llama",state="ok"}': during(10, 60, 0, 1),
    },
    nearly: ['GpuNodeCheckUnknown'],
    moments: [{ at: 30 }, { at: 45 }, { at: 59 }, { at: 75 }],
  },
  {
    title: 'in a container the driver names pids of another namespace: whose memory it is nobody can ever tell',
    series: {
      ...check(owned, [1, 'unknown']),
      [unattributed('unknown')]: always(6 * gib),
      [unattributed('orphan')]: undefined,
      [unattributed('foreign')]: undefined,
    },
    nearly: ['GpuNodeCheckUnknown'],
    moments: [{ at: 60 }],
  },
  {
    title: 'in a container the driver names no processes at all',
    series: {
      ...check(owned, [1, 'unknown']),
      [unattributed('unknown')]: undefined,
      [unattributed('orphan')]: undefined,
      [unattributed('foreign')]: undefined,
    },
    moments: [{ at: 60 }],
  },
  {
    title: 'nobody knows whose memory it is, and nobody says why',
    series: check(owned, [1, 'unknown']),
    moments: [{ at: 33, firing: [unknown(owned)] }],
  },
  {
    title: 'a node without a GPU: cuda_visible passes where no card is expected',
    series: {
      gpunode_gpus_visible: always(0),
      gpunode_gpus_expected: always(0),
      ...check(['resource_sanity', 'gpu_ok', card], [0, undefined]),
      ...check(ofCard, [0, undefined]),
      ...Object.fromEntries(['orphan', 'foreign', 'unknown'].map((owner) => [unattributed(owner), undefined])),
    },
    moments: [{ at: 60 }],
  },
];
