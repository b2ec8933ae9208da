/** Is it the exporter? Every runbook asks so. */
import { Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import type { Row } from '../layout.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import { timeline } from '../panels/timeline.ts';
import { grown, nodes, ofNode, orCode, seen } from '../promql.ts';
import { noData, numberWords, yesNo } from '../words.ts';

const byNode = 'max by (job, instance)';

function told(expr: string): string {
  return orCode(`${byNode} (${expr})`, noData, nodes());
}

export const exporterRow: Row = {
  title: 'Is it the exporter?',
  panels: [
    table({
      title: 'Exporters',
      green: 'ANSWERS, SAVED, and no file call that hangs.',
      otherwise:
        'NO ANSWER: nothing is known of the node; begin at its unit or stanza. NOT SAVED: counters may be lost at its next restart. Stuck: a file system below the watched paths does not answer.',
      runbooks: ['GpuNodeExporterDown', 'GpuNodeExporterAbsent', 'GpuNodeCollectorFailing'],
      collectors: [],
      silence: 'Prometheus scrapes no exporter',
      columns: [
        {
          name: 'Exporter',
          expr: `${byNode} (up{job="gpunode",${ofNode}} or gpunode_exporter_build_info{${ofNode}})\nor ${noData} + 0 * ${nodes()}`,
          states: yesNo('ANSWERS', 'NO ANSWER'),
          width: 120,
        },
        { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
        {
          name: 'State',
          expr: told(`gpunode_exporter_state_saved{${ofNode}}`),
          words: yesNo('saved', { text: 'NOT SAVED', color: 'orange' }),
        },
        {
          name: 'Counters',
          expr: told(`gpunode_exporter_state_restored{${ofNode}}`),
          words: yesNo('went on after its restart', { text: 'began anew', color: 'text' }),
        },
        {
          name: 'File call stuck for',
          expr: told(`gpunode_exporter_agent_stuck_seconds{${ofNode}}`),
          unit: Seconds,
          words: numberWords(),
        },
        { label: 'version', name: 'Version' },
        { label: 'node_version', name: 'Node.js' },
        {
          name: 'Build',
          isHidden: true,
          expr: `max by (job, instance, version, node_version) (${seen(`gpunode_exporter_build_info{${ofNode}}`)})`,
        },
      ],
      sortBy: 'Exporter',
      width: 24,
      height: 5,
    }),
    timeline({
      title: 'Collectors',
      green: 'OK in every band: what is missing elsewhere is missing on the node.',
      otherwise:
        'FAILING: what this collector watches is unknown, and its panels are not to be trusted. Its reason is on the right; the log of the exporter has the error.',
      runbooks: ['GpuNodeCollectorFailing', 'GpuNodeExporterDown'],
      collectors: [],
      queries: [
        {
          expr: orCode(`gpunode_collector_success{${ofNode}}`, noData, seen(`gpunode_collector_success{${ofNode}}`)),
          legend: '{{collector}} · {{instance}}',
        },
      ],
      words: yesNo('OK', 'FAILING'),
      width: 12,
      height: 10,
    }),
    graph({
      title: 'Failed rounds of collectors within an hour, by reason',
      green: 'flat at 0.',
      otherwise:
        'timeout: its source hangs. unavailable: it is not there. denied: the exporter may not ask. invalid: an answer that nobody understands.',
      runbooks: ['GpuNodeCollectorFailing', 'GpuNodeSupervisorDown', 'GpuNodeNvidiaSmiStuck'],
      collectors: [],
      unit: Short,
      draw: 'steps',
      queries: [
        {
          expr: `sum by (job, instance, collector, reason) (${grown(`gpunode_collector_failures_total{${ofNode}}`, '1h')}) > 0\nor sum by (job, instance) (${grown(`gpunode_collector_failures_total{${ofNode}}`, '1h')}) == 0`,
          legend: '{{collector}} {{reason}} · {{instance}}',
        },
      ],
      width: 6,
      height: 10,
    }),
    graph({
      title: 'Rounds of collectors: how long, and how old',
      green: 'short, and no older than a few intervals.',
      otherwise:
        'an age that climbs is a collector that fails or hangs. Rounds as long as their timeout: a source that hardly answers.',
      runbooks: ['GpuNodeCollectorFailing'],
      collectors: [],
      unit: Seconds,
      queries: [
        { expr: `gpunode_collector_duration_seconds{${ofNode}}`, legend: '{{collector}} took · {{instance}}' },
        {
          expr: `time() - gpunode_collector_last_success_timestamp_seconds{${ofNode}}`,
          legend: '{{collector}} age · {{instance}}',
          unitOnTheRight: Seconds,
        },
      ],
      width: 6,
      height: 10,
    }),
  ],
};
