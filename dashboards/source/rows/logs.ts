/** What the programs' own logs complain of. */
import { BytesIEC, Short } from '@grafana/grafana-foundation-sdk/units';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import { counted, grown, isWell, ofProgram, orCode, seen } from '../promql.ts';
import { noData, none, numberWords, yesNo } from '../words.ts';

const events = grown(`gpunode_log_events_total{${ofProgram}}`, '1h');
const byProgram = 'max by (job, instance, program)';
const known = `${byProgram} (${seen(`gpunode_log_lag_bytes{${ofProgram}}`)})`;

function told(expr: string): string {
  return orCode(`${byProgram} (${expr})`, noData, known);
}

export const logEvidence: readonly PlacedPanel[] = [
  graph({
    title: 'Errors in the logs within an hour, by class',
    green: 'one line at 0 for each program: no class has an event.',
    otherwise:
      'gpu_oom: out of GPU memory. cpu_fallback: Whisper on the CPU. model_missing, wait_timeout: the model is not where llama looks. A traceback counts once.',
    runbooks: ['GpuNodeErrorBurst', 'GpuNodeCudaOutOfMemory', 'GpuNodeWhisperOnCpu'],
    collectors: ['logs'],
    unit: Short,
    draw: 'steps',
    queries: [
      {
        // A program without events is a line at 0: absence would read as health.
        expr: `sum by (job, instance, program, class) (${events}) > 0\nor sum by (job, instance, program) (${events}) == 0 and on (job, instance) ${isWell('logs')}`,
        legend: '{{program}} {{class}} · {{instance}}',
      },
    ],
    width: 14,
    height: 9,
  }),
  table({
    title: 'Logs that are read',
    green: 'READABLE, next to no lag, nothing lost.',
    otherwise:
      'NOT READABLE: the errors of this program are not counted; look at the mode of its log. Lag that grows: it writes faster than is read. Lost: rotated or truncated too soon.',
    runbooks: ['GpuNodeLogUnreadable', 'GpuNodeErrorBurst'],
    collectors: ['logs'],
    columns: [
      {
        name: 'Log',
        expr: orCode(
          orCode(
            `${byProgram} (gpunode_log_readable{${ofProgram}})`,
            none,
            `${byProgram} (gpunode_log_lag_bytes{${ofProgram}})`,
          ),
          noData,
          known,
        ),
        states: yesNo('READABLE', 'NOT READABLE', { [none]: { text: 'NOT STARTED YET', color: 'orange' } }),
        width: 130,
      },
      { label: 'program', name: 'Program' },
      { name: 'Lag', expr: told(`gpunode_log_lag_bytes{${ofProgram}}`), unit: BytesIEC, words: numberWords() },
      {
        name: 'Lost, 1 h',
        expr: told(counted(grown(`gpunode_log_lost_bytes_total{${ofProgram}}`, '1h'), 'logs')),
        unit: BytesIEC,
        words: numberWords(),
      },
      {
        name: 'Lines, 1 h',
        expr: told(counted(grown(`gpunode_log_lines_total{${ofProgram}}`, '1h'), 'logs')),
        unit: Short,
        words: numberWords(),
      },
      {
        name: 'Rotations, 1 h',
        expr: told(counted(`sum without (kind) (${grown(`gpunode_log_rotations_total{${ofProgram}}`, '1h')})`, 'logs')),
        unit: Short,
        words: numberWords(),
      },
      { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
    ],
    sortBy: 'Log',
    width: 10,
    height: 9,
  }),
];
