import { flap, regular } from '../flap.ts';
import { healthyNode } from '../healthy-node.ts';
import type { Story } from '../story.ts';
import { always } from '../timeline.ts';

const labels = { program: 'whisper:worker-gpu' };
const series = flap({ program: labels.program, exits: regular(600, 7_200, 4) });

/** A program of a group is called GROUP:NAME; supervisord's own log and the files of its output know only the name. */
export const groupStories: readonly Story[] = [
  {
    title: 'a program of a group flaps: the first command finds its log',
    only: { ...healthyNode(), ...flap({ program: labels.program, exits: [603, 606, 609, 612] }) },
    moments: [
      {
        at: 10.6,
        firing: [
          {
            alert: 'GpuNodeProgramFlapping',
            labels,
            text: 'whisper:worker-gpu restarted 4 times in the last hour, every 2s, regular as a clock. Its last exit code was 1. First, on gpu-1:10042: `tail -n 200 /var/log/worker-gpu.err`.',
          },
          {
            alert: 'GpuNodeProgramRestartsOnSchedule',
            labels,
            text: 'whisper:worker-gpu on gpu-1:10042 died 3 times in the last 2 hours, every 2s, regular as a clock. A timer does this, not load. First: `tail -n 200 /var/log/worker-gpu.err`, for what it waits for.',
          },
          { alert: 'GpuNodeProgramSlowFlap', labels },
        ],
      },
    ],
  },
  {
    title: 'a program of a group dies every two hours, and its log cannot be read',
    evaluationSeconds: 180,
    series: { ...series, [`gpunode_log_readable{program="${labels.program}"}`]: always(0) },
    moments: [
      {
        at: 380.5,
        firing: [
          {
            alert: 'GpuNodeProgramSlowFlap',
            labels,
            text: 'whisper:worker-gpu on gpu-1:10042 was started 4 times in the last 24 hours after exits that nobody asked for. Its last exit code was 1. First: `grep worker-gpu /var/log/supervisor/supervisord.log | tail -n 40`, for when and how it ended.',
          },
          {
            alert: 'GpuNodeLogUnreadable',
            labels,
            text: "A log of whisper:worker-gpu on gpu-1:10042 has been unreadable for 15 minutes: its errors are not counted. First: `ls -l /var/log/worker-gpu.err`, and whether the exporter's user may read it.",
          },
        ],
      },
    ],
  },
];
