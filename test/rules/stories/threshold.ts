import { flap, regular } from '../flap.ts';
import { flapping, onSchedule, slow } from '../llama-flap.ts';
import type { Story } from '../story.ts';
import { counter } from '../timeline.ts';

const fastapi = { program: 'fastapi' };

/** What stays about a threshold for hours is told once, and not each time that it is crossed. */
export const thresholdStories: readonly Story[] = [
  {
    title: 'clockwork every 26 minutes, now three and now two an hour, is one page, not one every 26 minutes',
    evaluationSeconds: 15,
    series: flap({ program: 'llama', exits: regular(600, 1_561, 10) }),
    moments: [
      { at: 61.5 },
      { at: 63.5, firing: [flapping] },
      ...[80, 87, 92, 113, 139].map((at) => ({ at, firing: at < 89 ? [flapping] : [flapping, onSchedule, slow] })),
      {
        at: 240.5,
        firing: [
          {
            ...flapping,
            text: `llama restarted 2 times in the last hour, every 26m 0s, regular as a clock. Its last exit code was 1. First, on gpu-1:10042: \`tail -n 200 /var/log/llama.err\`.`,
          },
          onSchedule,
          slow,
        ],
      },
      // The last exit was at minute 244.
      { at: 281, firing: [onSchedule, slow] },
    ],
  },
  {
    title: 'clockwork every 45 minutes, now three and now two in two hours, is one ticket',
    series: flap({ program: 'fastapi', exits: regular(600, 2_701, 7) }),
    moments: [
      { at: 144.5 },
      ...[147.5, 180.5, 189.5, 225.5, 270.5].map((at) => ({
        at,
        firing: ['GpuNodeProgramRestartsOnSchedule', 'GpuNodeProgramSlowFlap'].map((alert) => ({
          alert,
          labels: fastapi,
        })),
      })),
      { at: 342.5, firing: [{ ...slow, labels: fastapi }] },
    ],
  },
  {
    title: 'one error a minute, now ten and now nine in ten minutes, is one ticket until it ends',
    stepSeconds: 15,
    series: {
      'gpunode_log_events_total{program="fastapi",class="upstream_unreachable"}': counter(regular(607, 61, 30), 3),
    },
    moments: [
      { at: 19 },
      ...[20.4, 21.1, 25, 29.9, 35.1, 40.4].map((at) => ({
        at,
        firing: [{ alert: 'GpuNodeErrorBurst', labels: { program: 'fastapi' } }],
      })),
      { at: 46 },
    ],
  },
];
