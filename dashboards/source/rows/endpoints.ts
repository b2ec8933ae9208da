/** What the health endpoints answer, how fast, and who it is that answers. */
import { Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { endpointStates } from '../../../src/sources/http-probe/types.ts';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { timeline } from '../panels/timeline.ts';
import { ofProgram, orCode, seen, stateIndex } from '../promql.ts';
import { endpointStateWords, noData } from '../words.ts';

export const endpointEvidence: readonly PlacedPanel[] = [
  timeline({
    title: 'What the endpoints answer',
    green: 'OK from left to right; LOADING for a while after a start of llama is right.',
    otherwise:
      'REFUSED: it is not listening. TIMEOUT: it hangs. HTTP ERROR, BODY MISMATCH: it answers, and not as it should. STRANGER: another process has its port.',
    runbooks: ['GpuNodeEndpointDown', 'GpuNodeEndpointStranger', 'GpuNodeModelLoadingTooLong'],
    collectors: ['endpoints'],
    queries: [
      {
        expr: orCode(
          stateIndex('gpunode_endpoint_state', ofProgram, endpointStates),
          noData,
          seen(`gpunode_endpoint_up{${ofProgram}}`),
        ),
        legend: '{{target}} · {{instance}}',
      },
    ],
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
