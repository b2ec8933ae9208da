/** What the health endpoints answer, how fast, and who it is that answers. */
import { Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { endpointStates } from '../../../src/sources/http-probe/types.ts';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { table } from '../panels/table.ts';
import { timeline } from '../panels/timeline.ts';
import { ofProgram, orCode, seen, stateIndex } from '../promql.ts';
import { endpointStateWords, noData, none, numberWords } from '../words.ts';

const byTarget = 'max by (job, instance, program, target)';
const known = `${byTarget} (${seen(`gpunode_endpoint_up{${ofProgram}}`)})`;
const up = `${byTarget} (gpunode_endpoint_up{${ofProgram}})`;
const states = orCode(
  `${byTarget} (${stateIndex('gpunode_endpoint_state', ofProgram, endpointStates)})`,
  noData,
  known,
);

/** `none` where the endpoint is probed and there is nothing to tell. */
function told(expr: string): string {
  return orCode(orCode(`${byTarget} (${expr})`, none, up), noData, known);
}

export const endpointEvidence: readonly PlacedPanel[] = [
  table({
    title: 'Endpoints',
    green: 'OK, the expected status, a success a moment ago.',
    otherwise: 'the state says how it fails, and since its last success it has failed every time.',
    runbooks: ['GpuNodeEndpointDown', 'GpuNodeEndpointSlow', 'GpuNodeModelLoadingTooLong'],
    collectors: ['endpoints'],
    columns: [
      { name: 'State', expr: states, states: endpointStateWords, width: 160 },
      { label: 'target', name: 'Endpoint' },
      { label: 'program', name: 'Program' },
      {
        name: 'HTTP status',
        expr: told(`gpunode_endpoint_status_code{${ofProgram}}`),
        words: numberWords({ [none]: { text: 'no response', color: 'orange' } }),
      },
      {
        name: 'Last success',
        expr: told(`1000 * gpunode_endpoint_last_success_timestamp_seconds{${ofProgram}}`),
        unit: 'dateTimeFromNow',
        words: numberWords({ [none]: { text: 'none since the exporter started', color: 'orange' } }),
      },
      {
        name: 'Mean of 5 min',
        expr: told(`target:gpunode_endpoint_probe_duration_seconds:mean5m{${ofProgram}}`),
        unit: Seconds,
        words: numberWords({ [none]: { text: 'not yet', color: 'text' } }),
      },
      {
        name: 'Slow above',
        expr: told(`gpunode_endpoint_slow_threshold_seconds{${ofProgram}}`),
        unit: Seconds,
        words: numberWords(),
      },
      { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
    ],
    sortBy: 'Endpoint',
    width: 24,
    height: 5,
  }),
  timeline({
    title: 'What the endpoints answer',
    green: 'OK from left to right; LOADING for a while after a start of llama is right.',
    otherwise:
      'REFUSED: it is not listening. TIMEOUT: it hangs. HTTP ERROR, BODY MISMATCH: it answers, and not as it should. STRANGER: another process has its port.',
    runbooks: ['GpuNodeEndpointDown', 'GpuNodeEndpointStranger', 'GpuNodeModelLoadingTooLong'],
    collectors: ['endpoints'],
    queries: [{ expr: states, legend: '{{target}} · {{instance}}' }],
    words: endpointStateWords,
    width: 8,
    height: 9,
  }),
  graph({
    title: 'How long the health answers take',
    green: 'the mean stays below the dashed line, which is `slow` of the endpoint.',
    otherwise: 'slow answers often come before none. Compare with the load of the GPU and the memory of the host.',
    runbooks: ['GpuNodeEndpointSlow', 'GpuNodeEndpointDown'],
    collectors: ['endpoints'],
    unit: Seconds,
    queries: [
      {
        expr: `rate(gpunode_endpoint_probe_duration_seconds_sum{${ofProgram}}[$__rate_interval]) / (rate(gpunode_endpoint_probe_duration_seconds_count{${ofProgram}}[$__rate_interval]) > 0)`,
        legend: '{{target}} mean · {{instance}}',
      },
      {
        expr: `histogram_quantile(0.95, sum by (job, instance, program, target, le) (rate(gpunode_endpoint_probe_duration_seconds_bucket{${ofProgram}}[$__rate_interval])))`,
        legend: '{{target}} 95 % within · {{instance}}',
      },
      {
        expr: `gpunode_endpoint_slow_threshold_seconds{${ofProgram}}`,
        legend: '{{target}} slow · {{instance}}',
        isLimit: true,
      },
    ],
    width: 8,
    height: 9,
  }),
  graph({
    title: 'Who listens on the ports',
    green: 'one of "program" for each endpoint, none of "other".',
    otherwise:
      '"other" is an orphan of an earlier run or a server started by hand: end that one process, by its pid. 0 of "program": it has not bound its port yet, or died.',
    runbooks: ['GpuNodeEndpointStranger', 'GpuNodeProgramFatal'],
    collectors: ['endpoints'],
    emptyWhen: 'Every endpoint is on another host',
    unit: Short,
    draw: 'steps',
    queries: [{ expr: `gpunode_endpoint_listeners{${ofProgram}}`, legend: '{{target}} {{owner}} · {{instance}}' }],
    width: 8,
    height: 9,
  }),
];
