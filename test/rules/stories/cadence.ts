import { flap, random, regular } from '../flap.ts';
import { healthyNode } from '../healthy-node.ts';
import { flapping, matches, onSchedule, slow } from '../llama-flap.ts';
import type { Story } from '../story.ts';
import { always, steps, withoutExporter } from '../timeline.ts';

const fastapi = { program: 'fastapi' };
const first = 'First, on gpu-1:10042: `tail -n 200 /var/log/llama.err`.';
const twoDays = 2 * 86_400;

export const cadenceStories: readonly Story[] = [
  {
    // Rules that look at five minutes, as the famous ones do, never see this.
    title: 'two healthy days, then llama dies every 420 s, until it is repaired',
    evaluationSeconds: 180,
    series: flap({ program: 'llama', exits: regular(twoDays, 421, 12) }),
    moments: [
      { at: 2_880 + 10 },
      {
        // Its third respawn: two short runs are known, and the first page names the timeout.
        at: 2_880 + 16.5,
        firing: [
          {
            ...flapping,
            text: `llama restarted 3 times in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s). Its last exit code was 1. ${first}`,
          },
        ],
      },
      {
        at: 2_880 + 67.5,
        firing: [
          {
            ...flapping,
            text: `llama restarted 9 times in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s). Its last exit code was 1. ${first}`,
          },
          {
            ...onSchedule,
            text: 'llama on gpu-1:10042 died 9 times in the last 2 hours, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s). A timer does this, not load. First: `tail -n 200 /var/log/llama.err`, for what it waits for.',
          },
          {
            ...matches,
            text: 'llama on gpu-1:10042 dies every 7m 0s, and its LLAMA_WAIT_SECONDS is 7m 0s: it most likely waits for something that never comes. First: `grep -n LLAMA_WAIT_SECONDS /workspace/scripts/start-llama.sh /usr/local/bin/start-llama.sh`, for what it waits for.',
          },
          {
            ...slow,
            text: 'llama on gpu-1:10042 was started 10 times in the last 24 hours after exits that nobody asked for. Its last exit code was 1. First: `grep llama /var/log/supervisor/supervisord.log | tail -n 40`, for when and how it ended.',
          },
        ],
      },
      // The last exit was at minute 77. The page ends 20 + 15 minutes later, the tickets after 1 h and 6 h.
      { at: 2_880 + 110.5, firing: [flapping, onSchedule, matches, slow] },
      { at: 2_880 + 118.5, firing: [onSchedule, matches, slow] },
      { at: 2_880 + 140.5, firing: [slow] },
      { at: 2_880 + 440.5 },
    ],
  },
  {
    title: 'clockwork with a jitter of 30 s is still clockwork',
    series: flap({ program: 'llama', exits: random(600, 14, (chance) => 391 + 60 * chance) }),
    moments: [{ at: 80.1, firing: [flapping, onSchedule, matches, slow] }],
  },
  {
    title: 'chance is not clockwork: restarts at random, every 7 minutes on average',
    series: flap({ program: 'llama', exits: random(600, 16, (chance) => -420 * Math.log(chance)) }),
    nearly: ['GpuNodeProgramRestartsOnSchedule', 'GpuNodeRestartCadenceMatchesTimeout'],
    moments: [
      {
        at: 68.1,
        firing: [
          {
            ...flapping,
            text: `llama restarted 8 times in the last hour, every 7m 50s, irregular. Its last exit code was 1. ${first}`,
          },
          slow,
        ],
      },
    ],
  },
  {
    title: 'a crash loop of four in twelve seconds, between two scrapes, pages at once and ends by itself',
    series: flap({ program: 'llama', exits: [603, 606, 609, 612], code: 139 }),
    moments: [
      { at: 10 },
      {
        at: 10.6,
        firing: [
          {
            ...flapping,
            text: `llama restarted 4 times in the last hour, every 2s, regular as a clock. Its last exit code was 139. ${first}`,
          },
          onSchedule,
          slow,
        ],
      },
      { at: 46, firing: [onSchedule, slow] },
    ],
  },
  {
    title: 'a worker that exits with 0 every ten seconds flaps too',
    series: flap({ program: 'worker-gpu', exits: regular(600, 10, 60), code: 0 }),
    moments: [
      {
        at: 12.1,
        firing: [
          {
            ...flapping,
            labels: { program: 'worker-gpu' },
            text: 'worker-gpu restarted 12 times in the last hour, every 9s, regular as a clock. Its last exit code was 0. First, on gpu-1:10042: `tail -n 200 /var/log/worker-gpu.err`.',
          },
          { ...onSchedule, labels: { program: 'worker-gpu' } },
          { ...slow, labels: { program: 'worker-gpu' } },
        ],
      },
    ],
  },
  {
    title: 'two respawns in an hour are no flap, three in an hour and a half neither',
    series: flap({ program: 'llama', exits: [600, 2_400, 6_000] }),
    nearly: ['GpuNodeProgramFlapping'],
    moments: [{ at: 11 }, { at: 41 }, { at: 101 }],
  },
  {
    title: 'six respawns, one every two hours: a slow flap, over in the evening',
    evaluationSeconds: 180,
    series: flap({ program: 'llama', exits: regular(600, 7_200, 6) }),
    moments: [{ at: 300 }, { at: 480.5, firing: [slow] }, { at: 967.5, firing: [slow] }, { at: 976.5 }],
  },
  {
    title: 'three respawns in a day are not worth a ticket',
    evaluationSeconds: 180,
    series: flap({ program: 'llama', exits: regular(600, 7_200, 3) }),
    nearly: ['GpuNodeProgramSlowFlap'],
    moments: [{ at: 252.5 }, { at: 400.5 }],
  },
  {
    title: 'restarts that only polling sees: a ticket, never a page',
    series: flap({ program: 'llama', exits: [600, 1_200, 1_800], trigger: 'unknown' }),
    moments: [
      { at: 29 },
      {
        at: 31,
        firing: [
          {
            ...slow,
            text: 'llama on gpu-1:10042 was started 3 times in the last hour, as far as polling can tell. Its last exit code was 1. First: `grep llama /var/log/supervisor/supervisord.log | tail -n 40`, for when and how it ended.',
          },
        ],
      },
      { at: 72 },
    ],
  },
  {
    title: 'the first scrape ever: a counter that stands at 40 has not moved',
    only: { ...healthyNode(), ...flap({ program: 'llama', exits: [], before: 40 }) },
    moments: [{ at: 0 }, { at: 0.25 }, { at: 20 }],
  },
  {
    title: 'the exporter lost its state: counters begin at 0 again, and an hour of history pages nobody',
    series: {
      'gpunode_program_starts_total{program="llama",trigger="respawn"}': steps([0, 50], [10, 0], [20, 1]),
      'gpunode_program_last_exit_timestamp_seconds{program="llama"}': always(1_200),
    },
    moments: [{ at: 10.3 }, { at: 21 }, { at: 40 }],
  },
  {
    // `increase` alone takes it for a reset, and 48 respawns.
    title: 'the exporter came back with an older state: 50, 50, 48 is no flap',
    series: {
      'gpunode_program_starts_total{program="llama",trigger="respawn"}': steps([0, 49], [5, 50], [10, 48]),
      'gpunode_program_last_exit_timestamp_seconds{program="llama"}': always(300),
    },
    moments: [{ at: 10.3 }, { at: 20 }],
  },
  {
    title: 'scrapes fail for two minutes of a flap: the page stays',
    only: withoutExporter({ ...healthyNode(), ...flap({ program: 'llama', exits: regular(600, 300, 12) }) }, 30, 31.9),
    moments: [
      { at: 29, firing: [flapping, onSchedule, slow] },
      // keep_firing_for: silence is not recovery.
      { at: 31, firing: [flapping] },
      { at: 34, firing: [flapping, onSchedule, slow] },
    ],
  },
  {
    title: 'the exporter dies in a flap: its own alert comes before the page ends',
    only: withoutExporter({ ...healthyNode(), ...flap({ program: 'llama', exits: regular(600, 300, 5) }) }, 30, 90),
    moments: [
      { at: 33, firing: [flapping, { alert: 'GpuNodeExporterDown' }] },
      { at: 50, firing: [{ alert: 'GpuNodeExporterDown' }] },
    ],
  },
  {
    // It reads what it missed before its first scrape, so that the counters jump by thirty at once.
    title: 'the exporter is restored after an outage with thirty old exits: history, not a page',
    only: withoutExporter({ ...healthyNode(), ...flap({ program: 'llama', exits: regular(660, 30, 30) }) }, 10, 50),
    nearly: ['GpuNodeProgramFlapping'],
    moments: [
      { at: 49.6, firing: [{ alert: 'GpuNodeExporterDown' }] },
      { at: 50.6, firing: [onSchedule, slow] },
      { at: 100, firing: [slow] },
    ],
  },
  {
    title: 'clockwork every half hour is too slow to be a flap',
    series: flap({ program: 'fastapi', exits: regular(600, 1_860, 5) }),
    nearly: ['GpuNodeProgramFlapping'],
    moments: [
      { at: 74.5 },
      {
        at: 105.5,
        firing: [
          { ...onSchedule, labels: fastapi },
          { ...slow, labels: fastapi },
        ],
      },
      { at: 196.5, firing: [{ ...slow, labels: fastapi }] },
    ],
  },
  {
    title: 'three nodes, one of them ill: one page, for that one',
    series: flap({ program: 'llama', exits: regular(600, 421, 9) }),
    others: ['gpu-2:10042', 'gpu-3:10042'],
    moments: [{ at: 60, firing: [flapping, onSchedule, matches, slow] }],
  },
];
