import { check, fires } from '../check.ts';
import { flap, regular } from '../flap.ts';
import { healthyNode } from '../healthy-node.ts';
import type { Firing, Story } from '../story.ts';
import { during, steps } from '../timeline.ts';
import type { Series } from '../timeline.ts';
import { inState } from './endpoint.ts';
import { states } from './process.ts';

/** The node of a site. Labels of a target come with all its series; an instance that is named alike tells sites apart no more. */
function ofSite(site: string, series: Series): Series {
  return Object.fromEntries(
    Object.entries({ ...healthyNode(), ...series }).map(([key, timeline]) => {
      const [name = '', labels] = key.replace(/\}$/, '').split('{');
      return [`${name}{${labels === undefined ? '' : `${labels},`}site="${site}"}`, timeline];
    }),
  );
}

const north = { site: 'north' };
const llama = { program: 'llama', ...north };
const llamaEndpoint = { target: 'llama', ...llama };
const llamaHealthy = ['endpoint_health', 'llama_healthy', 'llama'] as const;
const visible = ['model_integrity', 'file_visible', 'llama'] as const;
const inNorth = (firing: Firing): Firing => ({ ...firing, labels: { ...firing.labels, ...north } });

/** Two sites whose nodes have the same job and instance: a label of the target is all that differs. */
export const siteStories: readonly Story[] = [
  {
    title: 'two sites, one instance name: the flap of one is not lost among the labels of both',
    only: {
      ...ofSite('north', flap({ program: 'llama', exits: regular(600, 421, 9) })),
      ...ofSite('south', flap({ program: 'llama', exits: [300] })),
    },
    moments: [
      {
        at: 60,
        firing: [
          { alert: 'GpuNodeProgramFlapping', labels: llama },
          { alert: 'GpuNodeProgramRestartsOnSchedule', labels: llama },
          { alert: 'GpuNodeProgramSlowFlap', labels: llama },
          { alert: 'GpuNodeRestartCadenceMatchesTimeout', labels: { ...llama, timeout: 'LLAMA_WAIT_SECONDS' } },
        ],
      },
    ],
  },
  {
    title: 'two sites, one instance name: what is stopped, known or failing in one excuses nothing in the other',
    only: {
      ...ofSite('north', {
        ...inState('llama', 'llama', 'refused', 10, 60),
        ...check(visible, [1, 'unknown']),
        ...check(llamaHealthy, [1, 'unknown']),
        'gpunode_program_state_code{program="fastapi"}': during(10, 60, undefined, 20),
      }),
      ...ofSite('south', {
        ...states('llama', [9, 'STOPPED']),
        ...check(['model_integrity', 'mounted', 'llama'], [1, 'fail']),
        ...inState('llama', 'llama', 'loading', 1, 90),
        gpunode_supervisor_up: steps([0, 1], [5, undefined]),
        'gpunode_program_start_time_seconds{program="llama"}': steps([0, -9_000], [1, 3_000]),
      }),
    },
    moments: [
      {
        at: 40,
        firing: [
          { alert: 'GpuNodeEndpointDown', labels: llamaEndpoint },
          { alert: 'GpuNodeProgramDown', labels: { program: 'fastapi', ...north } },
          inNorth(fires('GpuNodeCheckUnknown', visible)),
          inNorth(fires('GpuNodeCheckUnknown', llamaHealthy)),
        ],
      },
    ],
  },
  {
    title: 'two sites, one instance name: a model that does not come to an end is told of the site where it loads',
    only: {
      ...ofSite('north', {
        ...inState('llama', 'llama', 'loading', 10, 60),
        'gpunode_program_start_time_seconds{program="llama"}': steps([0, -9_000], [10, 600]),
      }),
      ...ofSite('south', {}),
    },
    moments: [{ at: 25, firing: [{ alert: 'GpuNodeModelLoadingTooLong', labels: llamaEndpoint }] }],
  },
];
