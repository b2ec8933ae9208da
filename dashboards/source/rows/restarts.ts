/** Is it flapping, since when, how regularly, and what waits just as long? */
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { DurationSeconds, Short } from '@grafana/grafana-foundation-sdk/units';
import type { Row } from '../layout.ts';
import { describe, rangeQuery } from '../panel.ts';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import type { Column } from '../panels/table.ts';
import { counted, grown, isWell, ofProgram, orCode } from '../promql.ts';
import {
  exitCodeWords,
  flapWords,
  noData,
  none,
  numberWords,
  programStateWords,
  regularityWords,
  yesNo,
} from '../words.ts';
import { knownPrograms, programStates } from './programs.ts';

const byProgram = 'max by (job, instance, program)';
const runbooks = [
  'GpuNodeProgramFlapping',
  'GpuNodeProgramRestartsOnSchedule',
  'GpuNodeRestartCadenceMatchesTimeout',
  'GpuNodeProgramSlowFlap',
];
const respawns = `gpunode_program_starts_total{${ofProgram},trigger="respawn"}`;
/** Of each program that supervisord tells of now. */
const source = `gpunode_supervisor_events_source{${ofProgram},source="main_log"} and on (job, instance) ${isWell('supervisor')}`;

/** A column that says NO DATA where the exporter or supervisord is silent, and `none` where there is nothing to tell. */
function told(expr: string, whereNone?: string): string {
  const measured = `${byProgram} (${expr})`;
  return orCode(
    whereNone === undefined ? measured : orCode(measured, none, `${byProgram} (${whereNone})`),
    noData,
    knownPrograms,
  );
}

/** Columns on how each program has been dying; the fleet shows them too. */
export const cadenceColumns: readonly Column[] = [
  { name: 'State', expr: programStates(), states: programStateWords, width: 130 },
  { label: 'program', name: 'Program' },
  {
    name: 'Flaps 1 h',
    expr: told(counted(`program:gpunode_program_respawns:delta1h{${ofProgram}}`, 'supervisor')),
    words: flapWords,
    width: 95,
  },
  { name: 'Flaps 6 h', expr: told(counted(grown(respawns, '6h'), 'supervisor')), words: numberWords(), width: 95 },
  {
    name: 'Flaps 24 h',
    expr: told(counted(`program:gpunode_program_respawns:delta24h{${ofProgram}}`, 'supervisor')),
    words: numberWords(),
    width: 95,
  },
  {
    name: 'Mean run, 2 h',
    expr: told(`program:gpunode_program_short_run_seconds:mean2h{${ofProgram}}`, source),
    unit: DurationSeconds,
    words: numberWords({ [none]: { text: 'no short run', color: 'text' } }),
  },
  {
    name: 'Regularity',
    expr: told(`program:gpunode_program_short_run_seconds:cv2h{${ofProgram}}`, source),
    words: regularityWords,
  },
];

export const restartsRow: Row = {
  title: 'Restarts and cadence',
  panels: [
    table({
      title: 'How programs have been dying',
      green: 'RUNNING, no flap in 24 hours, "no short run". A flap is a start after an exit that nobody asked for.',
      otherwise:
        'REGULAR AS A CLOCK is a timer, not load: the timeout beside it is what it most likely waits for. Irregular: look for memory and errors. "lower bound": supervisord’s own log cannot be read, so flaps are missing.',
      runbooks: [...runbooks, 'GpuNodeRestartsNotExact'],
      collectors: ['supervisor'],
      columns: [
        ...cadenceColumns,
        { label: 'timeout', name: 'Close to' },
        {
          name: 'Suspect',
          isHidden: true,
          expr: `topk by (job, instance, program) (1, max by (job, instance, program, timeout) (timeout:gpunode_program_timeout_seconds:clockwork2h{${ofProgram}}))`,
        },
        {
          name: 'Last exit code',
          expr: told(`gpunode_program_last_exit_code{${ofProgram}}`, source),
          words: exitCodeWords,
        },
        {
          name: 'Last exit',
          expr: told(`1000 * gpunode_program_last_exit_timestamp_seconds{${ofProgram}}`, source),
          unit: 'dateTimeFromNow',
          words: numberWords({ [none]: { text: 'none seen', color: 'text' } }),
        },
        {
          name: 'Last start',
          expr: told(`1000 * gpunode_program_start_time_seconds{${ofProgram}}`),
          unit: 'dateTimeFromNow',
          words: numberWords(),
        },
        {
          name: 'Counted',
          expr: told(source),
          words: yesNo('exactly', { text: 'lower bound', color: 'orange' }),
          width: 110,
        },
        { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
      ],
      sortBy: 'Flaps 1 h',
      sortDescending: true,
      width: 24,
      height: 6,
    }),
    graph({
      title: 'Starts within an hour, by trigger',
      green: 'flat at 0. Steps of "requested" are an operator at work, "initial" a start of supervisord.',
      otherwise: 'three "respawn" in an hour page. "unknown" was seen by polling only: nobody knows who asked.',
      runbooks: ['GpuNodeProgramFlapping', 'GpuNodeProgramSlowFlap', 'GpuNodeRestartsNotExact'],
      collectors: ['supervisor'],
      unit: Short,
      draw: 'steps',
      queries: [
        {
          expr: counted(
            `sum by (job, instance, program, trigger) (${grown(`gpunode_program_starts_total{${ofProgram}}`, '1h')})`,
            'supervisor',
          ),
          legend: '{{program}} {{trigger}} · {{instance}}',
        },
      ],
      width: 8,
      height: 9,
    }),
    graph({
      title: 'Exits within an hour, by cause',
      green: 'flat at 0, but for "stopped", which somebody asked for.',
      otherwise:
        '"signal" is a kill or a crash: look for out of memory. "spawn_error": it could not even be started. The last code is in the table above. Given up: supervisord went to FATAL.',
      runbooks: ['GpuNodeProgramFlapping', 'GpuNodeProgramFatal', 'GpuNodeOomKill'],
      collectors: ['supervisor'],
      unit: Short,
      draw: 'steps',
      queries: [
        {
          expr: counted(
            `sum by (job, instance, program, cause) (${grown(`gpunode_program_exits_total{${ofProgram}}`, '1h')})`,
            'supervisor',
          ),
          legend: '{{program}} {{cause}} · {{instance}}',
        },
        {
          expr: counted(
            `sum by (job, instance, program) (${grown(`gpunode_program_gave_up_total{${ofProgram}}`, '1h')})`,
            'supervisor',
          ),
          legend: '{{program}} given up · {{instance}}',
        },
      ],
      width: 8,
      height: 9,
    }),
    graph({
      title: 'Length of runs, and known timeouts',
      green: 'no points: nothing ended. The dashed lines are always there.',
      otherwise:
        'runs that lie on a dashed line end when that wait ends: see what the program waits for. Each run is shown with its length until the next one ends.',
      runbooks: ['GpuNodeRestartCadenceMatchesTimeout', 'GpuNodeProgramRestartsOnSchedule', 'GpuNodeProgramFlapping'],
      collectors: ['supervisor', 'artifacts'],
      emptyWhen: 'No run has ended, and no timeout is known',
      unit: DurationSeconds,
      draw: 'steps',
      isLogarithmic: true,
      queries: [
        { expr: `gpunode_program_last_run_seconds{${ofProgram}}`, legend: '{{program}} last run · {{instance}}' },
        {
          expr: `program:gpunode_program_short_run_seconds:mean2h{${ofProgram}}`,
          legend: '{{program}} mean of 2 h · {{instance}}',
        },
        {
          expr: `gpunode_program_timeout_seconds{${ofProgram}}`,
          legend: '{{program}} {{timeout}} · {{instance}}',
          isLimit: true,
        },
      ],
      width: 8,
      height: 9,
    }),
    runHeatmap(),
  ],
};

function runHeatmap(): PlacedPanel {
  const about = {
    title: 'Runs that ended, by length',
    green: 'dark: nothing ended. Empty while nobody counts.',
    otherwise:
      'one bright line is a timer; a cloud is chance; a line at the bottom is a program that dies at once. A heatmap has no room for other lines: the known timeouts are the dashed ones of the graph above.',
    runbooks,
    collectors: ['supervisor'],
    width: 24,
    height: 8,
  };
  const ended = counted(
    `increase(gpunode_program_run_duration_seconds_bucket{${ofProgram}}[$__rate_interval])`,
    'supervisor',
  );
  const panel = describe(new PanelBuilder(), about)
    .unit(Short)
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(DurationSeconds))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(64))
    .withTarget(rangeQuery({ expr: `sum by (le) (${ended})`, legend: '{{le}}' }, 0).format(PromQueryFormat.Heatmap));
  return { panel, width: about.width, height: about.height };
}
