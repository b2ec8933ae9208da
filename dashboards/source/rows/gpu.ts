/** The cards: are all there, who holds their memory, and does the driver answer? */
import { BytesIEC, Celsius, PercentUnit, Seconds, Short, Watt } from '@grafana/grafana-foundation-sdk/units';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import type { Column } from '../panels/table.ts';
import { counted, grown, ofNode, ofProgram, orCode, seen } from '../promql.ts';
import { countWords, noData, none, numberWords, yesNo } from '../words.ts';

const byCard = 'max by (job, instance, uuid)';
const known = `${byCard} (${seen(`gpunode_gpu_info{${ofNode}}`)})`;
const noGpu = 'No GPU is visible';
const noReading = 'No GPU is visible, or none can be read';

function reading(name: string, expr: string, unit: string): Column {
  return { name, expr: orCode(`${byCard} (${expr})`, noData, known), unit, words: numberWords() };
}

/** Columns on each card; the fleet shows them too. A card that was seen and is not listed any more is not visible. */
export const cardColumns: readonly Column[] = [
  {
    name: 'Card',
    expr: orCode(
      orCode(
        `${byCard} (gpunode_gpu_readable{${ofNode}})`,
        none,
        `(${known} and on (job, instance) gpunode_gpus_visible{${ofNode}})`,
      ),
      noData,
      known,
    ),
    states: yesNo('READABLE', 'UNREADABLE', { [none]: { text: 'NOT VISIBLE', color: 'red' } }),
    width: 125,
  },
  { label: 'index', name: 'Index', width: 70 },
  { label: 'name', name: 'Name' },
  {
    name: 'Names',
    isHidden: true,
    expr: `max by (job, instance, uuid, index, name) (${seen(`gpunode_gpu_info{${ofNode}}`)})`,
  },
  {
    name: 'Memory in use',
    expr: orCode(
      `${byCard} (gpunode_gpu_memory_used_bytes{${ofNode}} / (gpunode_gpu_memory_total_bytes{${ofNode}} > 0))`,
      noData,
      known,
    ),
    unit: PercentUnit,
    words: numberWords(),
    isShare: true,
    width: 150,
  },
  reading('Memory free', `gpunode_gpu_memory_free_bytes{${ofNode}}`, BytesIEC),
  {
    name: 'Held by orphans',
    expr: orCode(
      orCode(
        `${byCard} (gpunode_gpu_unattributed_memory_bytes{${ofNode},owner="orphan"})`,
        none,
        `${byCard} (gpunode_gpu_readable{${ofNode}})`,
      ),
      noData,
      known,
    ),
    unit: BytesIEC,
    words: numberWords({ [none]: { text: 'cannot be told', color: 'orange' } }),
  },
  {
    name: 'Error tokens',
    expr: orCode(`sum by (job, instance, uuid) (gpunode_gpu_unreadable_cells{${ofNode}})`, noData, known),
    words: countWords('red'),
    width: 120,
  },
  {
    name: 'Repair',
    expr: orCode(
      orCode(`${byCard} (gpunode_gpu_repair_pending{${ofNode}})`, none, `${byCard} (gpunode_gpu_readable{${ofNode}})`),
      noData,
      known,
    ),
    words: yesNo(
      'PENDING',
      { text: 'none pending', color: 'green' },
      {
        1: { text: 'PENDING', color: 'red' },
        [none]: { text: 'cannot be told', color: 'text' },
      },
    ),
  },
];

export const gpuEvidence: readonly PlacedPanel[] = [
  table({
    title: 'GPUs',
    green: 'READABLE in every line, none held by orphans, no repair pending.',
    otherwise:
      'UNREADABLE: the card is lost or requires a reset. NOT VISIBLE: it was there and nvidia-smi does not list it any more. Orphans: end the processes that a dead program left behind.',
    runbooks: ['GpuNodeGpuMissing', 'GpuNodeGpuUnreadable', 'GpuNodeGpuMemoryOrphaned', 'GpuNodeGpuRepairPending'],
    collectors: ['gpu'],
    emptyWhen: noGpu,
    columns: [
      ...cardColumns,
      { label: 'uuid', name: 'UUID' },
      { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
    ],
    sortBy: 'Card',
    width: 24,
    height: 5,
  }),
  graph({
    title: 'GPU memory, by who holds it',
    green: 'llama and worker below the dashed line together, nothing of orphan, foreign or unknown.',
    otherwise:
      'orphan: a dead program’s processes; the next start may find no room. foreign: processes of no program. Two programs that together reach the line do not fit on one card.',
    runbooks: ['GpuNodeCudaOutOfMemory', 'GpuNodeGpuMemoryOrphaned', 'GpuNodeGpuMemoryLow'],
    collectors: ['gpu'],
    emptyWhen: `${noGpu}, or the driver lists no processes here`,
    unit: BytesIEC,
    draw: 'stack',
    queries: [
      { expr: `gpunode_gpu_program_memory_bytes{${ofNode}}`, legend: '{{program}} · {{uuid}} · {{instance}}' },
      { expr: `gpunode_gpu_unattributed_memory_bytes{${ofNode}}`, legend: '{{owner}} · {{uuid}} · {{instance}}' },
      { expr: `gpunode_gpu_memory_total_bytes{${ofNode}}`, legend: 'total · {{uuid}} · {{instance}}', isLimit: true },
    ],
    width: 12,
    height: 10,
  }),
  graph({
    title: 'Cards that are visible, and nvidia-smi',
    green: 'visible lies on the dashed line of expected, the exit code is 0, and nothing is stuck.',
    otherwise:
      'fewer than expected: a card is gone. Exit code 127: no nvidia-smi; 9: no driver. Stuck: the driver hangs, and what uses the cards will hang too; do not start another.',
    runbooks: ['GpuNodeGpuMissing', 'GpuNodeNvidiaSmiStuck'],
    collectors: ['gpu'],
    unit: Short,
    draw: 'steps',
    queries: [
      { expr: `gpunode_gpus_visible{${ofNode}}`, legend: 'visible · {{instance}}' },
      { expr: `gpunode_gpus_expected{${ofNode}}`, legend: 'expected · {{instance}}', isLimit: true },
      { expr: `gpunode_gpu_query_exit_code{${ofNode}}`, legend: 'exit code · {{instance}}' },
      {
        expr: `gpunode_gpu_query_stuck_seconds{${ofNode}}`,
        legend: 'stuck for · {{instance}}',
        unitOnTheRight: Seconds,
      },
      // Only where CUDA probes are configured.
      { expr: `gpunode_cuda_available{${ofProgram}}`, legend: 'CUDA for {{probe}} · {{instance}}' },
    ],
    width: 12,
    height: 10,
  }),
  graph({
    title: 'GPU load',
    green: 'busy under load, idle without.',
    otherwise:
      'at 100 % and endpoints slow: more requests than slots. Idle while the worker is busy: Whisper is on the CPU.',
    runbooks: ['GpuNodeEndpointSlow', 'GpuNodeWhisperOnCpu'],
    collectors: ['gpu'],
    emptyWhen: noReading,
    unit: PercentUnit,
    queries: [{ expr: `gpunode_gpu_utilization_ratio{${ofNode}}`, legend: '{{uuid}} · {{instance}}' }],
    width: 8,
    height: 8,
  }),
  graph({
    title: 'GPU temperature and power',
    green: 'temperature that follows the load, power below its dashed limit.',
    otherwise: 'power at the limit: the card slows itself down. A jump before an Xid 79: power or cooling.',
    runbooks: ['GpuNodeXidCritical', 'GpuNodeEndpointSlow'],
    collectors: ['gpu'],
    emptyWhen: noReading,
    unit: Celsius,
    queries: [
      { expr: `gpunode_gpu_temperature_celsius{${ofNode}}`, legend: 'temperature · {{uuid}} · {{instance}}' },
      {
        expr: `gpunode_gpu_power_watts{${ofNode}}`,
        legend: 'power · {{uuid}} · {{instance}}',
        unitOnTheRight: Watt,
      },
      {
        expr: `gpunode_gpu_power_limit_watts{${ofNode}}`,
        legend: 'power limit · {{uuid}} · {{instance}}',
        unitOnTheRight: Watt,
        isLimit: true,
      },
    ],
    width: 8,
    height: 8,
  }),
  graph({
    title: 'Xid and memory errors of the cards',
    green: 'nothing, or flat lines.',
    otherwise:
      'a step is an error that the driver reported: the runbook says which call for a reset. Uncorrected memory errors: plan to replace the card.',
    runbooks: ['GpuNodeXidCritical', 'GpuNodeXid', 'GpuNodeGpuRepairPending'],
    collectors: ['gpu'],
    emptyWhen: 'No Xid was seen and no card counts memory errors, or the kernel log may not be read',
    unit: Short,
    draw: 'steps',
    queries: [
      {
        expr: counted(
          `sum by (job, instance, uuid, xid) (${grown(`gpunode_gpu_xid_errors_total{${ofNode}}`, '1h')})`,
          'gpu',
        ),
        legend: 'Xid {{xid}} within an hour · {{uuid}} · {{instance}}',
      },
      {
        expr: counted(
          `sum by (job, instance, uuid, kind) (${grown(`gpunode_gpu_ecc_errors_total{${ofNode},scope="volatile"}`, '1h')})`,
          'gpu',
        ),
        legend: '{{kind}} memory errors within an hour · {{uuid}} · {{instance}}',
      },
    ],
    width: 8,
    height: 8,
  }),
];
