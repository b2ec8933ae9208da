import type { Firing, Story } from '../story.ts';
import { always, counter, during, steps } from '../timeline.ts';

const llama = { program: 'llama' };
const workspace = { mountpoint: '/workspace' };
const gib = 2 ** 30;
const mountMissing: Firing = { alert: 'GpuNodeMountMissing', labels: workspace };
const filling: Firing = { alert: 'GpuNodeModelDiskFilling', labels: workspace };
const available = 'gpunode_filesystem_available_bytes{mountpoint="/workspace"}';
const events = (program: string, logClass: string): string =>
  `gpunode_log_events_total{program="${program}",class="${logClass}"}`;
const fallback = 'gpunode_log_last_event_timestamp_seconds{program="worker-gpu",class="cpu_fallback"}';

export const logStories: readonly Story[] = [
  {
    title: 'llama runs out of GPU memory twice',
    series: { [events('llama', 'gpu_oom')]: counter([600, 660], 2) },
    moments: [
      { at: 9.6 },
      {
        at: 16.1,
        firing: [
          {
            alert: 'GpuNodeCudaOutOfMemory',
            labels: llama,
            text: 'llama on gpu-1:10042 ran out of GPU memory in the last 15 minutes (2×). First, on the node: `nvidia-smi` for who holds it; then fewer parallel slots and less context before fewer layers on the GPU.',
          },
        ],
      },
      { at: 27.5 },
    ],
  },
  {
    title: 'the counters of the log begin anew with a new exporter',
    series: { [events('llama', 'gpu_oom')]: steps([0, 40], [10, 0]) },
    nearly: ['GpuNodeCudaOutOfMemory'],
    moments: [{ at: 10.6 }, { at: 20 }],
  },
  {
    title: 'Whisper falls back to the CPU until the worker is restarted',
    series: {
      [fallback]: steps([0, -432_000], [10, 600]),
      'gpunode_program_start_time_seconds{program="worker-gpu"}': steps([0, -9_000], [15, 900]),
    },
    moments: [
      {
        at: 11,
        firing: [
          {
            alert: 'GpuNodeWhisperOnCpu',
            labels: { program: 'worker-gpu' },
            text: 'worker-gpu on gpu-1:10042 has computed on the CPU since 1970-01-01 00:10:00 +0000 UTC; it fell back after its current start. First, on the node: `grep -n -i cpu /var/log/worker-gpu.err | tail -n 20`, then `nvidia-smi`; keep the fallback if the GPU cannot be used safely.',
          },
        ],
      },
      { at: 19.4, firing: [{ alert: 'GpuNodeWhisperOnCpu', labels: { program: 'worker-gpu' } }] },
      { at: 20.6 },
    ],
  },
  {
    title: 'Whisper fell back to the CPU a second before the worker was restarted',
    series: {
      [fallback]: always(599),
      'gpunode_program_start_time_seconds{program="worker-gpu"}': always(600),
    },
    nearly: ['GpuNodeWhisperOnCpu'],
    moments: [{ at: 11 }, { at: 20 }],
  },
  {
    title: 'a storm of tracebacks',
    series: { [events('fastapi', 'app_load')]: (at) => 30 + Math.floor(Math.max(0, Math.min(at, 900) - 600) / 15) },
    moments: [
      {
        at: 15.6,
        firing: [
          {
            alert: 'GpuNodeErrorBurst',
            labels: { program: 'fastapi' },
            text: 'fastapi on gpu-1:10042 logged 20 errors in the last 10 minutes, most of them app_load. First, on the node: `tail -n 200 /var/log/fastapi.err`.',
          },
        ],
      },
      { at: 25 },
    ],
  },
  {
    title: 'nine errors in ten minutes, and many falls back to the CPU of a worker that was restarted since',
    series: {
      [events('fastapi', 'unclassified')]: counter([610, 650, 700, 750, 800, 850, 900, 950, 1_000], 500),
      [events('worker-gpu', 'cpu_fallback')]: (at) => Math.floor(at / 15),
    },
    nearly: ['GpuNodeErrorBurst'],
    moments: [{ at: 14 }, { at: 17 }, { at: 19 }],
  },
];

export const hostStories: readonly Story[] = [
  {
    title: 'the volume is not mounted for a while',
    series: { 'gpunode_filesystem_mounted{mountpoint="/workspace"}': during(10, 20, 0, 1) },
    moments: [
      {
        at: 11,
        firing: [
          {
            ...mountMissing,
            text: 'Nothing is mounted at /workspace on gpu-1:10042: the models and code that should be there are not. First, on the node: `findmnt /workspace`, then `dmesg -T | tail -n 50`. Write nothing to the empty directory.',
          },
        ],
      },
      { at: 24.4, firing: [mountMissing] },
      { at: 25.6 },
    ],
  },
  {
    title: 'the volume is mounted again at once',
    series: { 'gpunode_filesystem_mounted{mountpoint="/workspace"}': during(10, 10.3, 0, 1) },
    nearly: ['GpuNodeMountMissing'],
    moments: [{ at: 10.3 }, { at: 12 }],
  },
  {
    title: 'the kernel kills a worker',
    series: { 'gpunode_oom_kills_total{scope="cgroup"}': counter([600], 3) },
    moments: [
      {
        at: 15,
        firing: [
          {
            alert: 'GpuNodeOomKill',
            text: "The kernel killed 1 of the processes of the programs of gpu-1:10042 for want of memory in the last 15 minutes. First, on the node: `dmesg -T | grep -i 'killed process' | tail -n 5`, then `free -h`.",
          },
        ],
      },
      { at: 26 },
    ],
  },
  {
    title: "the kernel kills another tenant's process",
    series: { 'gpunode_oom_kills_total{scope="host"}': counter([600], 12) },
    nearly: ['GpuNodeOomKill'],
    moments: [{ at: 11 }, { at: 15 }],
  },
  {
    title: 'a twelfth of the disk is left until somebody cleans up',
    series: { [available]: steps([0, 80 * gib], [30, 400 * gib]) },
    moments: [
      { at: 14 },
      {
        at: 20,
        firing: [
          {
            ...filling,
            text: 'The file system of /workspace on gpu-1:10042 has 80GiB free, 8% of it. First, on the node: `df -h /workspace`, then `du -xh /workspace | sort -h | tail -n 20`.',
          },
        ],
      },
      { at: 31 },
    ],
  },
  {
    title: 'a log grows by 120 GiB an hour',
    series: { [available]: (at) => (400 - at / 30) * gib },
    moments: [
      {
        at: 21,
        firing: [
          {
            ...filling,
            text: 'The file system of /workspace on gpu-1:10042 has 358GiB free, 35.8% of it, and will be full within 4 hours at this pace. First, on the node: `df -h /workspace`, then `du -xh /workspace | sort -h | tail -n 20`.',
          },
        ],
      },
    ],
  },
  {
    title:
      'a model of 140 GiB is synced in a quarter of an hour, after hours of quiet; an image is full, as images are',
    series: {
      [available]: (at) => (400 - 140 * Math.max(0, Math.min(1, (at - 12_000) / 900))) * gib,
      'gpunode_filesystem_available_bytes{mountpoint="/image"}': always(0),
      'gpunode_filesystem_size_bytes{mountpoint="/image"}': always(gib),
      'gpunode_filesystem_read_only{mountpoint="/image"}': always(1),
    },
    nearly: ['GpuNodeModelDiskFilling'],
    moments: [{ at: 212.5 }, { at: 216.5 }, { at: 230.5 }, { at: 260.5 }],
  },
];
