import { programs } from '../healthy-node.ts';
import type { Firing, Story } from '../story.ts';
import type { Series, Timeline } from '../timeline.ts';
import { counter, during, steps } from '../timeline.ts';

const codes = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
};
type State = keyof typeof codes;

/** A program that is in these states from these minutes on. */
export function states(program: string, ...changes: readonly (readonly [minute: number, state: State])[]): Series {
  const at = (seconds: number): State => changes.findLast(([minute]) => minute * 60 <= seconds)?.[1] ?? 'RUNNING';
  return {
    [`gpunode_program_state_code{program="${program}"}`]: (seconds) => codes[at(seconds)],
    ...Object.fromEntries(
      Object.keys(codes).map((state): [string, Timeline] => [
        `gpunode_program_state{program="${program}",state="${state}"}`,
        (seconds) => (at(seconds) === state ? 1 : 0),
      ]),
    ),
  };
}

const llama = { program: 'llama' };
const fatal: Firing = { alert: 'GpuNodeProgramFatal', labels: llama };
const down: Firing = { alert: 'GpuNodeProgramDown', labels: llama };
const stopped: Firing = { alert: 'GpuNodeProgramStopped', labels: llama };

/** Names of llama's series that vanish when supervisord does not know it. */
const unknownLlama = (from: number, to: number): Series => ({
  'gpunode_program_state_code{program="llama"}': during(from, to, undefined, 20),
  'gpunode_program_state{program="llama",state="RUNNING"}': during(from, to, 0, 1),
});

export const processStories: readonly Story[] = [
  {
    title: 'supervisord gives up on llama, and somebody starts it again',
    series: states('llama', [10, 'FATAL'], [20, 'RUNNING']),
    moments: [
      { at: 10.3 },
      {
        at: 11.1,
        firing: [
          {
            ...fatal,
            text: 'llama on gpu-1:10042 is FATAL: it did not stay up, and supervisord will not start it again. Its last exit code was 1. First: `supervisorctl tail llama stderr`; start it only when the cause is gone.',
          },
        ],
      },
      { at: 24.4, firing: [fatal] },
      { at: 25.6 },
    ],
  },
  {
    title: 'llama is FATAL for two looks only',
    series: states('llama', [10, 'FATAL'], [10.3, 'RUNNING']),
    nearly: ['GpuNodeProgramFatal'],
    moments: [{ at: 10.3 }, { at: 11 }],
  },
  {
    title: 'llama exits with 0 and is not started again',
    series: states('llama', [10, 'EXITED'], [30, 'RUNNING']),
    moments: [
      {
        at: 16,
        firing: [
          {
            ...down,
            text: 'llama on gpu-1:10042 has not been running for 5 minutes: supervisord says EXITED. First: `supervisorctl -c /etc/supervisor/supervisord.conf status`.',
          },
        ],
      },
      { at: 34.4, firing: [down] },
      { at: 35.6 },
    ],
  },
  {
    title: 'an update takes llama out of the configuration',
    series: unknownLlama(10, 30),
    moments: [
      {
        at: 16,
        firing: [
          {
            ...down,
            text: 'llama on gpu-1:10042 has not been running for 5 minutes: supervisord does not know a program of this name. First: `supervisorctl -c /etc/supervisor/supervisord.conf status`.',
          },
        ],
      },
      { at: 36 },
    ],
  },
  {
    title: 'llama takes four minutes to stop',
    series: states('llama', [10, 'STOPPING'], [14, 'STARTING'], [14.5, 'RUNNING']),
    nearly: ['GpuNodeProgramDown'],
    moments: [{ at: 13.6 }, { at: 16 }, { at: 20 }],
  },
  {
    title: 'supervisord is frozen: one page, though the states of all programs are gone',
    series: {
      gpunode_supervisor_up: during(10, 20, 0, 1),
      ...Object.fromEntries(
        programs.map((program): [string, Timeline] => [
          `gpunode_program_state_code{program="${program}"}`,
          during(10, 20, undefined, 20),
        ]),
      ),
    },
    moments: [
      {
        at: 12.1,
        firing: [
          {
            alert: 'GpuNodeSupervisorDown',
            text: 'supervisord on gpu-1:10042 has not answered for 1 minute: programs that die stay dead, and their states are not known. First, on the node: `supervisorctl -c /etc/supervisor/supervisord.conf pid` and `ps -o stat,etime,cmd -C supervisord`.',
          },
        ],
      },
      { at: 24.4, firing: [{ alert: 'GpuNodeSupervisorDown' }] },
      { at: 25.6 },
    ],
  },
  {
    title: 'supervisord restarts for a deploy',
    series: { gpunode_supervisor_up: during(10, 10.8, 0, 1) },
    nearly: ['GpuNodeSupervisorDown'],
    moments: [{ at: 10.6 }, { at: 12 }],
  },
  {
    title: 'the exporter may not ask supervisord: not known to be down, so no page',
    series: {
      gpunode_supervisor_up: undefined,
      'gpunode_collector_success{collector="supervisor"}': () => 0,
      ...Object.fromEntries(programs.map((program) => [`gpunode_program_state_code{program="${program}"}`, undefined])),
    },
    moments: [{ at: 20, firing: [{ alert: 'GpuNodeCollectorFailing', labels: { collector: 'supervisor' } }] }],
  },
  {
    title: 'an operator stops llama, forgets it, and remembers two hours later',
    series: {
      ...states('llama', [10, 'STOPPING'], [10.5, 'STOPPED'], [130, 'RUNNING']),
      // It was asked to stop: nobody answers, and that is what was wanted.
      'gpunode_endpoint_up{target="llama",program="llama"}': during(10, 130, 0, 1),
      'gpunode_endpoint_state{target="llama",program="llama",state="refused"}': during(10, 130, 1, 0),
      'gpunode_endpoint_state{target="llama",program="llama",state="ok"}': during(10, 130, 0, 1),
    },
    moments: [
      { at: 20 },
      { at: 69 },
      {
        at: 72,
        firing: [
          {
            ...stopped,
            text: 'llama on gpu-1:10042 has been STOPPED for 1 hour: forgotten? First: `supervisorctl start llama`, unless somebody stopped it for a reason.',
          },
        ],
      },
      { at: 131 },
    ],
  },
  {
    title: 'a planned stop of fifty minutes',
    series: states('llama', [10, 'STOPPED'], [60, 'RUNNING']),
    nearly: ['GpuNodeProgramStopped'],
    moments: [{ at: 59.6 }, { at: 75 }],
  },
  {
    title: 'a deploy restarts all programs five times in an hour: requested starts page nobody',
    series: Object.assign(
      {},
      ...programs.map((program) => ({
        [`gpunode_program_starts_total{program="${program}",trigger="requested"}`]: counter([
          600, 1_200, 1_800, 2_400, 3_000,
        ]),
        [`gpunode_program_exits_total{program="${program}",cause="stopped"}`]: counter([
          590, 1_190, 1_790, 2_390, 2_990,
        ]),
        [`gpunode_program_start_time_seconds{program="${program}"}`]: steps(
          [0, -9_000],
          [10, 600],
          [20, 1_200],
          [30, 1_800],
          [50, 3_000],
        ),
      })),
    ),
    nearly: ['GpuNodeProgramFlapping', 'GpuNodeProgramRestartsOnSchedule', 'GpuNodeProgramSlowFlap'],
    moments: [{ at: 31 }, { at: 52 }, { at: 70 }],
  },
];
