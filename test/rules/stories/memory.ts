import { check, fires } from '../check.ts';
import { card } from '../healthy-node.ts';
import type { Story } from '../story.ts';
import { during } from '../timeline.ts';

const ofHost = ['resource_sanity', 'memory_headroom', 'host'] as const;
const ofCard = ['resource_sanity', 'memory_headroom', card] as const;
const gib = 2 ** 30;
const mib = 2 ** 20;

export const memoryStories: readonly Story[] = [
  {
    title: 'a leak eats the memory of the node until its program is restarted',
    series: {
      ...check(ofHost, [10, 'fail'], [30, 'pass']),
      gpunode_memory_available_bytes: during(10, 30, 900 * mib, 40 * gib),
    },
    moments: [
      { at: 19 },
      {
        at: 21,
        firing: [
          fires(
            'GpuNodeMemoryLow',
            ofHost,
            'gpu-1:10042 has had little memory left for 10 minutes: 900MiB are available of 64GiB. Next the kernel kills. First, on the node: `ps -eo pid,rss,etime,cmd --sort=-rss | head -n 10`.',
          ),
        ],
      },
      { at: 31 },
    ],
  },
  {
    title: 'llama and the worker fill the card between them for twenty minutes',
    series: {
      ...check(ofCard, [10, 'fail'], [30, 'pass']),
      [`gpunode_gpu_memory_free_bytes{uuid="${card}"}`]: during(10, 30, 512 * mib, 8 * gib),
    },
    moments: [
      {
        at: 21,
        firing: [
          fires(
            'GpuNodeGpuMemoryLow',
            ofCard,
            'The GPU GPU-5d1f7a9e of gpu-1:10042 has had little memory left for 10 minutes: 512MiB are free of 24GiB. First, on the node: `nvidia-smi --query-compute-apps=pid,used_memory --format=csv`, for who holds it.',
          ),
        ],
      },
      { at: 31 },
    ],
  },
  {
    title: 'memory is short for nine minutes',
    series: { ...check(ofHost, [10, 'fail'], [19, 'pass']), ...check(ofCard, [10, 'fail'], [19, 'pass']) },
    nearly: ['GpuNodeMemoryLow', 'GpuNodeGpuMemoryLow'],
    moments: [{ at: 18.9 }, { at: 21 }],
  },
];
