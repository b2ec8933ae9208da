import { card } from '../healthy-node.ts';
import type { Firing, Story } from '../story.ts';
import type { Timeline } from '../timeline.ts';
import { always, counter, during, steps } from '../timeline.ts';

const llama = { program: 'llama' };
const uuid = { uuid: card };
const workspace = { mountpoint: '/workspace' };
const gib = 2 ** 30;

const gpuMissing: Firing = { alert: 'GpuNodeGpuMissing' };
const unreadable: Firing = { alert: 'GpuNodeGpuUnreadable', labels: uuid };
const stuck: Firing = { alert: 'GpuNodeNvidiaSmiStuck' };
const xidCritical: Firing = { alert: 'GpuNodeXidCritical', labels: { ...uuid, xid: '79' } };
const mountMissing: Firing = { alert: 'GpuNodeMountMissing', labels: workspace };
const filling: Firing = { alert: 'GpuNodeModelDiskFilling', labels: workspace };
const available = 'gpunode_filesystem_available_bytes{mountpoint="/workspace"}';

/** An nvidia-smi that hangs from one minute to another: its age grows. */
function stuckFrom(from: number, to: number): Timeline {
  return (at) => (at >= from * 60 && at < to * 60 ? at - from * 60 : 0);
}

/** What the kernel log last said of an Xid. */
function xid(number: string, minute: number): Record<string, Timeline> {
  return {
    [`gpunode_gpu_xid_last_timestamp_seconds{uuid="${card}",xid="${number}"}`]: steps(
      [0, -2_592_000],
      [minute, minute * 60],
    ),
  };
}

const events = (program: string, logClass: string): string =>
  `gpunode_log_events_total{program="${program}",class="${logClass}"}`;
const fallback = 'gpunode_log_last_event_timestamp_seconds{program="worker-gpu",class="cpu_fallback"}';

export const gpuStories: readonly Story[] = [
  {
    title: 'the driver is gone for a while: no GPU where one was',
    series: { gpunode_gpus_visible: during(10, 20, 0, 1) },
    then: [
      {
        at: 13,
        firing: [
          {
            ...gpuMissing,
            text: "gpu-1:10042 has shown 0 of 1 GPUs for 2 minutes. First, on the node: `nvidia-smi -L`, then `dmesg -T | grep -E 'NVRM|Xid' | tail -n 20`.",
          },
        ],
      },
      { at: 24.4, firing: [gpuMissing] },
      { at: 25.6 },
    ],
  },
  {
    title: 'a reset of the card takes a minute and a half',
    series: { gpunode_gpus_visible: during(10, 11.5, 0, 1) },
    nearly: ['GpuNodeGpuMissing'],
    then: [{ at: 11.4 }, { at: 14 }],
  },
  {
    title: 'a node that never had a GPU',
    series: { gpunode_gpus_visible: always(0), gpunode_gpus_expected: always(0) },
    then: [{ at: 10 }],
  },
  {
    title: 'the card is listed, and gives errors instead of readings',
    series: {
      [`gpunode_gpu_readable{uuid="${card}"}`]: during(10, 20, 0, 1),
      [`gpunode_gpu_unreadable_cells{uuid="${card}",kind="lost"}`]: during(10, 20, 9, 0),
    },
    then: [
      {
        at: 12,
        firing: [
          {
            ...unreadable,
            text: 'The GPU GPU-5d1f7a9e of gpu-1:10042 has given errors instead of readings for 1 minute; lost: 9. First, on the node: `nvidia-smi -q -i GPU-5d1f7a9e | head -n 40`; a lost card or one that requires a reset comes back only by a reset or a reboot.',
          },
        ],
      },
      { at: 24.4, firing: [unreadable] },
      { at: 25.6 },
    ],
  },
  {
    title: 'one look at the card gives errors',
    series: { [`gpunode_gpu_readable{uuid="${card}"}`]: during(10, 10.6, 0, 1) },
    nearly: ['GpuNodeGpuUnreadable'],
    then: [{ at: 10.6 }, { at: 12 }],
  },
  {
    title: 'nvidia-smi hangs for six minutes',
    series: { gpunode_gpu_query_stuck_seconds: stuckFrom(5, 11) },
    then: [
      { at: 5.9 },
      {
        at: 10.1,
        firing: [
          {
            ...stuck,
            text: 'An nvidia-smi on gpu-1:10042 has hung for 5m 0s: the driver does not answer, and what uses the GPUs will hang too. First, on the node: `ps -eo pid,stat,etime,wchan:30,cmd | grep nvidia-smi`, then `dmesg -T | tail -n 50`. Start no second one.',
          },
        ],
      },
      { at: 15.4, firing: [stuck] },
      { at: 16.6 },
    ],
  },
  {
    title: 'nvidia-smi needs 50 seconds to die',
    series: { gpunode_gpu_query_stuck_seconds: stuckFrom(5, 5.9) },
    nearly: ['GpuNodeNvidiaSmiStuck'],
    then: [{ at: 5.8 }, { at: 8 }],
  },
  {
    title: 'the card falls off the bus',
    series: xid('79', 10),
    then: [
      {
        at: 11,
        firing: [
          {
            ...xidCritical,
            text: 'The driver on gpu-1:10042 reported Xid 79 of GPU GPU-5d1f7a9e in the last 10 minutes: the card needs a reset, or is gone. First, on the node: `dmesg -T | grep Xid | tail -n 20`, then stop what uses the card before any reset.',
          },
        ],
      },
      { at: 24, firing: [xidCritical] },
      { at: 26 },
    ],
  },
  {
    title: 'the driver reports an Xid that is a ticket',
    series: xid('94', 10),
    nearly: ['GpuNodeXidCritical'],
    then: [
      {
        at: 11,
        firing: [
          {
            alert: 'GpuNodeXid',
            labels: { ...uuid, xid: '94' },
            text: "The driver on gpu-1:10042 reported Xid 94 of GPU GPU-5d1f7a9e in the last 10 minutes. First, on the node: `dmesg -T | grep Xid | tail -n 20`, and look its number up in NVIDIA's catalog.",
          },
        ],
      },
      { at: 21 },
    ],
  },
  {
    title: 'a program reads past its memory, Xid 13 and 31: its own fault, not the card',
    series: { ...xid('13', 10), ...xid('31', 10) },
    nearly: ['GpuNodeXid'],
    then: [{ at: 11 }, { at: 15 }],
  },
  {
    title: 'an orphan holds half of the card until it is ended',
    series: { [`gpunode_gpu_unattributed_memory_bytes{uuid="${card}",owner="orphan"}`]: during(10, 20, 12 * gib, 0) },
    then: [
      {
        at: 13,
        firing: [
          {
            alert: 'GpuNodeGpuMemoryOrphaned',
            labels: uuid,
            text: 'Processes that outlived their program have held 12GiB of GPU GPU-5d1f7a9e on gpu-1:10042 for 2 minutes. First, on the node: `nvidia-smi --query-compute-apps=pid,used_memory --format=csv`, and end those that no `supervisorctl status` names.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'the memory of a program that ended is given back a minute later; a neighbour keeps its own',
    series: {
      [`gpunode_gpu_unattributed_memory_bytes{uuid="${card}",owner="orphan"}`]: during(10, 11, 12 * gib, 0),
      [`gpunode_gpu_unattributed_memory_bytes{uuid="${card}",owner="foreign"}`]: always(gib),
    },
    nearly: ['GpuNodeGpuMemoryOrphaned'],
    then: [{ at: 10.9 }, { at: 14 }],
  },
  {
    title: 'a repair of the memory waits for a reset, which comes',
    series: { [`gpunode_gpu_repair_pending{uuid="${card}",kind="row_remap"}`]: during(10, 20, 1, 0) },
    then: [
      {
        at: 16,
        firing: [
          {
            alert: 'GpuNodeGpuRepairPending',
            labels: { ...uuid, kind: 'row_remap' },
            text: 'The GPU GPU-5d1f7a9e of gpu-1:10042 has had a row_remap pending for 5 minutes: until a reset it works with memory that it knows to be bad. First: plan a window, stop what uses it, then `nvidia-smi --gpu-reset -i GPU-5d1f7a9e` or reboot.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'a repair is pending for four minutes',
    series: { [`gpunode_gpu_repair_pending{uuid="${card}",kind="row_remap"}`]: during(10, 14, 1, 0) },
    nearly: ['GpuNodeGpuRepairPending'],
    then: [{ at: 13.6 }, { at: 16 }],
  },
];

export const logStories: readonly Story[] = [
  {
    title: 'llama runs out of GPU memory twice',
    series: { [events('llama', 'gpu_oom')]: counter([600, 660], 2) },
    then: [
      { at: 9.6 },
      {
        at: 16.1,
        firing: [
          {
            alert: 'GpuNodeCudaOutOfMemory',
            labels: llama,
            text: 'llama on gpu-1:10042 ran out of GPU memory 2 times in the last 15 minutes. First, on the node: `nvidia-smi` for who holds it; then fewer parallel slots and less context before fewer layers on the GPU.',
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
    then: [{ at: 10.6 }, { at: 20 }],
  },
  {
    title: 'Whisper falls back to the CPU until the worker is restarted',
    series: {
      [fallback]: steps([0, -432_000], [10, 600]),
      'gpunode_program_start_time_seconds{program="worker-gpu"}': steps([0, -9_000], [15, 900]),
    },
    then: [
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
    then: [{ at: 11 }, { at: 20 }],
  },
  {
    title: 'a storm of tracebacks',
    series: { [events('fastapi', 'app_load')]: (at) => 30 + Math.floor(Math.max(0, Math.min(at, 900) - 600) / 15) },
    then: [
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
    then: [{ at: 14 }, { at: 17 }, { at: 19 }],
  },
];

export const hostStories: readonly Story[] = [
  {
    title: 'the volume is not mounted for a while',
    series: { 'gpunode_filesystem_mounted{mountpoint="/workspace"}': during(10, 20, 0, 1) },
    then: [
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
    then: [{ at: 10.3 }, { at: 12 }],
  },
  {
    title: 'the kernel kills a worker',
    series: { 'gpunode_oom_kills_total{scope="cgroup"}': counter([600], 3) },
    then: [
      {
        at: 15,
        firing: [
          {
            alert: 'GpuNodeOomKill',
            text: "The kernel killed 1 processes of the programs of gpu-1:10042 for want of memory in the last 15 minutes. First, on the node: `dmesg -T | grep -i 'killed process' | tail -n 5`, then `free -h`.",
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
    then: [{ at: 11 }, { at: 15 }],
  },
  {
    title: 'a twelfth of the disk is left until somebody cleans up',
    series: { [available]: steps([0, 80 * gib], [30, 400 * gib]) },
    then: [
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
    then: [
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
    then: [{ at: 212.5 }, { at: 216.5 }, { at: 230.5 }, { at: 260.5 }],
  },
];
