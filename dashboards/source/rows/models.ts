/** Is the model there, whole and at rest? */
import { BytesIEC, Short } from '@grafana/grafana-foundation-sdk/units';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import type { Column } from '../panels/table.ts';
import { timeline } from '../panels/timeline.ts';
import { ofProgram, orCode, seen } from '../promql.ts';
import { noData, none, numberWords, yesNo } from '../words.ts';

const byModel = 'max by (job, instance, program, model)';
const known = `${byModel} (${seen(`gpunode_model_file_present{${ofProgram}}`)})`;
const present = `${byModel} (gpunode_model_file_present{${ofProgram}})`;

/** Of an absent file, or one whose header does not tell, there is nothing to say. */
function flag(name: string, metric: string, yes: string, no: string): Column {
  const expr = orCode(orCode(`${byModel} (${metric}{${ofProgram}})`, none, present), noData, known);
  return { name, expr, states: yesNo(yes, no, { [none]: { text: 'CANNOT BE TOLD', color: 'orange' } }), width: 125 };
}

export const modelEvidence: readonly PlacedPanel[] = [
  table({
    title: 'Model files',
    green: 'PRESENT, READABLE, COMPLETE, AT REST in every line.',
    otherwise:
      'ABSENT: do not trust the sync’s own success; look at the path. INCOMPLETE and growing: a sync is at work. INCOMPLETE and at rest: resync it.',
    runbooks: ['GpuNodeModelMissing', 'GpuNodeModelIncomplete', 'GpuNodeModelNotStable'],
    collectors: ['models'],
    emptyWhen: 'No model is configured or found',
    columns: [
      flag('Present', 'gpunode_model_file_present', 'PRESENT', 'ABSENT'),
      flag('Regular', 'gpunode_model_file_regular', 'REGULAR', 'NOT REGULAR'),
      flag('Readable', 'gpunode_model_file_readable', 'READABLE', 'NOT READABLE'),
      flag('Complete', 'gpunode_model_file_complete', 'COMPLETE', 'INCOMPLETE'),
      flag('Stable', 'gpunode_model_file_stable', 'AT REST', 'CHANGING'),
      { label: 'model', name: 'Model' },
      { label: 'program', name: 'Program' },
      {
        name: 'Last change',
        expr: orCode(
          `1000 * ${byModel} (gpunode_model_file_last_change_timestamp_seconds{${ofProgram}})`,
          noData,
          known,
        ),
        unit: 'dateTimeFromNow',
        words: numberWords(),
      },
      { label: 'quantization', name: 'Quantization' },
      { label: 'path', name: 'Path' },
      {
        name: 'Info',
        isHidden: true,
        expr: `max by (job, instance, program, model, path, quantization) (gpunode_model_info{${ofProgram}})`,
      },
      { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
    ],
    sortBy: 'Complete',
    width: 24,
    height: 5,
  }),
  graph({
    title: 'Size against what the header requires',
    green: 'the size lies on, or above, its dashed line and is flat.',
    otherwise:
      'below it: bytes are missing. Rising: it is still written; falling or flat below: the sync stopped. Allocated far below the size: a file with holes.',
    runbooks: ['GpuNodeModelIncomplete', 'GpuNodeModelNotStable', 'GpuNodeModelReplacedWhileServed'],
    collectors: ['models'],
    emptyWhen: 'No model file is there',
    unit: BytesIEC,
    queries: [
      { expr: `gpunode_model_file_size_bytes{${ofProgram}}`, legend: '{{model}} size · {{instance}}' },
      { expr: `gpunode_model_file_allocated_bytes{${ofProgram}}`, legend: '{{model}} allocated · {{instance}}' },
      {
        expr: `gpunode_model_file_required_bytes{${ofProgram}}`,
        legend: '{{model}} required · {{instance}}',
        isLimit: true,
      },
    ],
    width: 8,
    height: 9,
  }),
  timeline({
    title: 'Strange things about model files',
    green: '"no" in every band.',
    otherwise:
      'listed and not to be opened, or the reverse: it is the file system; keep what ls and stat say before any repair. replaced_while_mapped: the server serves another file than the one on disk.',
    runbooks: ['GpuNodeModelVisibilityAnomaly', 'GpuNodeModelReplacedWhileServed'],
    collectors: ['models'],
    emptyWhen: 'No model is configured or found',
    queries: [
      {
        expr: orCode(
          `gpunode_model_file_anomaly{${ofProgram}}`,
          noData,
          seen(`gpunode_model_file_anomaly{${ofProgram}}`),
        ),
        legend: '{{model}} {{anomaly}} · {{instance}}',
      },
    ],
    words: yesNo('YES', { text: 'no', color: 'green' }, { 1: { text: 'YES', color: 'red' } }),
    width: 8,
    height: 9,
  }),
  graph({
    title: 'Model directories',
    green: 'flat, with as many files as you expect.',
    otherwise: 'empty: a mount or a sync is missing. More bytes and the same files: one is still written.',
    runbooks: ['GpuNodeMountMissing', 'GpuNodeModelMissing', 'GpuNodeModelDiskFilling'],
    collectors: ['models'],
    emptyWhen: 'No model directory is configured',
    unit: BytesIEC,
    queries: [
      { expr: `gpunode_model_directory_bytes{${ofProgram}}`, legend: '{{directory}} bytes · {{instance}}' },
      {
        expr: `gpunode_model_directory_files{${ofProgram}}`,
        legend: '{{directory}} files · {{instance}}',
        unitOnTheRight: Short,
      },
    ],
    width: 8,
    height: 9,
  }),
];
