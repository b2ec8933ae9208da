import { card } from '../healthy-node.ts';
import type { Firing, Story } from '../story.ts';
import type { Timeline } from '../timeline.ts';
import { always, during, steps } from '../timeline.ts';

const uuid = { uuid: card };
const gib = 2 ** 30;

const gpuMissing: Firing = { alert: 'GpuNodeGpuMissing' };
const unreadable: Firing = { alert: 'GpuNodeGpuUnreadable', labels: uuid };
const stuck: Firing = { alert: 'GpuNodeNvidiaSmiStuck' };
const xidCritical: Firing = { alert: 'GpuNodeXidCritical', labels: { ...uuid, xid: '79' } };

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

export const gpuStories: readonly Story[] = [
  {
    title: 'the driver is gone for a while: no GPU where one was',
    series: { gpunode_gpus_visible: during(10, 20, 0, 1) },
    moments: [
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
    moments: [{ at: 11.4 }, { at: 14 }],
  },
  {
    title: 'a node that never had a GPU',
    series: { gpunode_gpus_visible: always(0), gpunode_gpus_expected: always(0) },
    moments: [{ at: 10 }],
  },
  {
    title: 'the card is listed, and gives errors instead of readings',
    series: {
      [`gpunode_gpu_readable{uuid="${card}"}`]: during(10, 20, 0, 1),
      [`gpunode_gpu_unreadable_cells{uuid="${card}",kind="lost"}`]: during(10, 20, 9, 0),
    },
    moments: [
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
    moments: [{ at: 10.6 }, { at: 12 }],
  },
  {
    title: 'nvidia-smi hangs for six minutes',
    series: { gpunode_gpu_query_stuck_seconds: stuckFrom(5, 11) },
    moments: [
      { at: 5.9 },
      {
        at: 10.1,
        firing: [
          {
            ...stuck,
            text: 'An nvidia-smi on gpu-1:10042 has hung for 5m 0s: the driver does not answer, and what uses the GPUs will hang too. First, on the node: `ps -eo pid,stat,etime,wchan:30,cmd | grep nvidia-smi`, then `dmesg -T | tail -n 50`. Do not start another.',
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
    moments: [{ at: 5.8 }, { at: 8 }],
  },
  {
    title: 'the card falls off the bus',
    series: xid('79', 10),
    moments: [
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
    moments: [
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
    moments: [{ at: 11 }, { at: 15 }],
  },
  {
    title: 'an orphan holds half of the card until it is ended',
    series: { [`gpunode_gpu_unattributed_memory_bytes{uuid="${card}",owner="orphan"}`]: during(10, 20, 12 * gib, 0) },
    moments: [
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
    moments: [{ at: 10.9 }, { at: 14 }],
  },
  {
    title: 'a repair of the memory waits for a reset, which comes',
    series: { [`gpunode_gpu_repair_pending{uuid="${card}",kind="row_remap"}`]: during(10, 20, 1, 0) },
    moments: [
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
    moments: [{ at: 13.6 }, { at: 16 }],
  },
];
