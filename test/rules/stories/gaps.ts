import { flap, regular } from '../flap.ts';
import { card, healthyNode } from '../healthy-node.ts';
import { flapping, matches, onSchedule, slow } from '../llama-flap.ts';
import type { Story } from '../story.ts';
import { during } from '../timeline.ts';
import type { Series } from '../timeline.ts';

/** One scrape in ten fails, at 2.5, 5, 7.5 … minutes: Prometheus then knows nothing of the node but that. */
function withGaps(series: Series): Series {
  return Object.fromEntries(
    Object.entries({ ...healthyNode(), ...series }).map(([key, timeline]) => [
      key,
      (at) => (at > 0 && at % 150 === 0 ? (key === 'up' ? 0 : undefined) : timeline(at)),
    ]),
  );
}

/** A network that drops a scrape now and then. */
export const gapStories: readonly Story[] = [
  {
    title: 'one scrape in ten fails: a healthy node raises nothing',
    only: withGaps({}),
    stepSeconds: 15,
    moments: [{ at: 2.5 }, { at: 5.1 }, { at: 30 }, { at: 31 }, { at: 70 }],
  },
  {
    title: 'one scrape in ten fails, and llama flaps: its page neither ends nor comes twice',
    only: withGaps(flap({ program: 'llama', exits: regular(600, 421, 9) })),
    stepSeconds: 15,
    moments: [
      { at: 24 },
      ...[25.1, 27.6, 30.1].map((at) => ({ at, firing: [flapping] })),
      { at: 44, firing: [flapping, onSchedule, matches, slow] },
      // Nothing is known at this moment: the page stays, tickets come back with the next scrape.
      { at: 45.1, firing: [flapping] },
      { at: 45.6, firing: [flapping, onSchedule, matches, slow] },
      { at: 60.1, firing: [flapping] },
    ],
  },
  {
    title:
      'one scrape in ten fails while a card is lost, a mount is gone and supervisord is silent: all of it is paged',
    only: withGaps({
      [`gpunode_gpu_readable{uuid="${card}"}`]: during(10, 20, 0, 1),
      'gpunode_filesystem_mounted{mountpoint="/workspace"}': during(10, 20, 0, 1),
      gpunode_supervisor_up: during(10, 20, 0, 1),
    }),
    stepSeconds: 15,
    moments: [12, 12.6, 15.1, 20.1].map((at) => ({
      at,
      firing: [
        { alert: 'GpuNodeGpuUnreadable', labels: { uuid: card } },
        { alert: 'GpuNodeMountMissing', labels: { mountpoint: '/workspace' } },
        { alert: 'GpuNodeSupervisorDown' },
      ],
    })),
  },
];
