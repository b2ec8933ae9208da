/** All nodes at once: which one first? */
import type { Row } from '../layout.ts';
import { table } from '../panels/table.ts';
import type { Column } from '../panels/table.ts';
import { tiles } from '../panels/tiles.ts';
import { timeline } from '../panels/timeline.ts';
import { checkedSections, nodeVerdicts, nodes, ofNode, orCode, sectionVerdicts, seen } from '../promql.ts';
import { countWords, noData, none, numberWords, verdictCodes, verdictWords, yesNo } from '../words.ts';
import { cardColumns } from './gpu.ts';
import { cadenceColumns } from './restarts.ts';
import { sectionTitles } from './sections.ts';

/** Down to the node, with the choice of the reader's data source and time. */
const nodeColumn: Column = {
  label: 'instance',
  name: 'Node',
  link: [
    'Checklist of this node',
    '/d/gpunode-checklist?${datasource:queryparam}&var-job=${__data.fields.job}&var-instance=${__data.fields.instance}&${__url_time_range}',
  ],
};
const jobColumn: Column = { label: 'job', name: 'Job', width: 100 };

function told(expr: string): string {
  return orCode(`max by (job, instance) (${expr})`, noData, nodes());
}

const nothing = { [none]: { text: 'NO DATA', color: 'purple' } } as const;

function count(code: number): string {
  return `sum((\n${nodeVerdicts()}\n) == bool ${code}) or vector(${none})`;
}

export const verdictsRow: Row = {
  title: 'Verdicts',
  panels: [
    tiles({
      title: 'Nodes',
      green: 'all of them pass.',
      otherwise: 'the matrix below has them, worst first.',
      runbooks: ['GpuNodeExporterDown', 'GpuNodeExporterAbsent', 'GpuNodeCheckFailing'],
      collectors: [],
      queries: [
        { expr: count(verdictCodes.fail), legend: 'fail', words: countWords('red', nothing) },
        { expr: count(verdictCodes.noData), legend: 'without data', words: countWords('purple', nothing) },
        { expr: count(verdictCodes.unknown), legend: 'unknown', words: countWords('orange', nothing) },
        { expr: count(verdictCodes.pass), legend: 'pass', words: countWords('green', nothing) },
      ],
      width: 24,
      height: 4,
    }),
    table({
      title: 'Verdict matrix: node by section',
      green: 'PASS in every cell.',
      otherwise:
        'begin at the top; a click on the node opens its checklist. NO DATA: its exporter is silent. NOT CHECKED: the collectors of this section are switched off there.',
      runbooks: ['GpuNodeCheckFailing', 'GpuNodeCheckUnknown', 'GpuNodeExporterDown'],
      collectors: [],
      columns: [
        { name: 'Verdict', expr: nodeVerdicts(), states: verdictWords },
        nodeColumn,
        ...checkedSections.map((section) => ({
          name: sectionTitles[section],
          expr: sectionVerdicts(section),
          states: verdictWords,
        })),
        {
          name: 'Failing items',
          expr: told(`sum without (section, check, subject) (gpunode_check_status{${ofNode},status="fail"})`),
          words: countWords('red'),
        },
        {
          name: 'Last change',
          expr: told(
            `1000 * max without (section, check, subject) (gpunode_check_last_change_timestamp_seconds{${ofNode}})`,
          ),
          unit: 'dateTimeFromNow',
          words: numberWords(),
        },
        jobColumn,
      ],
      sortBy: 'Verdict',
      width: 24,
      height: 9,
    }),
    timeline({
      title: 'Verdicts over time',
      green: 'PASS from left to right.',
      otherwise: 'several nodes that turn at the same moment share a cause: a deploy, a file system, the network.',
      runbooks: ['GpuNodeCheckFailing', 'GpuNodeExporterDown'],
      collectors: [],
      queries: [{ expr: nodeVerdicts(), legend: '{{instance}}' }],
      words: verdictWords,
      width: 24,
      height: 8,
    }),
  ],
};

export const flappingRow: Row = {
  title: 'Flapping programs',
  panels: [
    table({
      title: 'Programs, most flaps first',
      green: 'RUNNING and 0 from the first line on. A flap is a start after an exit that nobody asked for.',
      otherwise: 'the same program with the same mean run on several nodes waits for the same thing on all of them.',
      runbooks: ['GpuNodeProgramFlapping', 'GpuNodeProgramRestartsOnSchedule', 'GpuNodeProgramSlowFlap'],
      collectors: ['supervisor'],
      columns: [...cadenceColumns, nodeColumn, jobColumn],
      sortBy: 'Flaps 1 h',
      sortDescending: true,
      width: 24,
      height: 9,
    }),
  ],
};

export const cardsRow: Row = {
  title: 'GPU memory',
  panels: [
    table({
      title: 'GPU memory headroom, fullest first',
      green: 'READABLE, and room left for the next model.',
      otherwise: 'a full card and memory held by orphans: end those first. NOT VISIBLE: the card was there before.',
      runbooks: ['GpuNodeGpuMemoryLow', 'GpuNodeGpuMemoryOrphaned', 'GpuNodeGpuMissing', 'GpuNodeGpuUnreadable'],
      collectors: ['gpu'],
      emptyWhen: 'No GPU is visible on any node',
      columns: [...cardColumns, { label: 'uuid', name: 'UUID' }, nodeColumn, jobColumn],
      sortBy: 'Memory in use',
      sortDescending: true,
      width: 24,
      height: 9,
    }),
  ],
};

export const versionsRow: Row = {
  title: 'Versions',
  panels: [
    table({
      title: 'What runs on the nodes',
      green: 'ANSWERS, as many GPUs as expected, and the same versions everywhere.',
      otherwise: 'the node that differs is where to look first after a roll-out.',
      runbooks: ['GpuNodeExporterDown', 'GpuNodeExporterAbsent', 'GpuNodeGpuMissing'],
      collectors: [],
      silence: 'Prometheus scrapes no exporter',
      columns: [
        {
          name: 'Exporter',
          expr: `max by (job, instance) (up{job="gpunode",${ofNode}} or gpunode_exporter_build_info{${ofNode}})\nor ${noData} + 0 * ${nodes()}`,
          states: yesNo('ANSWERS', 'NO ANSWER'),
          width: 120,
        },
        nodeColumn,
        { name: 'GPUs visible', expr: told(`gpunode_gpus_visible{${ofNode}}`), words: numberWords() },
        { name: 'GPUs expected', expr: told(`gpunode_gpus_expected{${ofNode}}`), words: numberWords() },
        { label: 'version', name: 'Exporter version' },
        { label: 'node_version', name: 'Node.js' },
        {
          name: 'Build',
          isHidden: true,
          expr: `max by (job, instance, version, node_version) (${seen(`gpunode_exporter_build_info{${ofNode}}`)})`,
        },
        { label: 'supervisor', name: 'supervisord' },
        {
          name: 'Supervisor',
          isHidden: true,
          expr: `max by (job, instance, supervisor) (label_replace(${seen(`gpunode_supervisor_info{${ofNode}}`)}, "supervisor", "$1", "version", "(.*)"))`,
        },
        { label: 'driver_version', name: 'GPU driver' },
        {
          name: 'Driver',
          isHidden: true,
          expr: `max by (job, instance, driver_version) (${seen(`gpunode_gpu_info{${ofNode}}`)})`,
        },
        jobColumn,
      ],
      sortBy: 'Exporter',
      width: 24,
      height: 9,
    }),
  ],
};
