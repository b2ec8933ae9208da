import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panel.ts';
import { ofNode, ofProgram } from './promql.ts';

interface AnnotationSpec {
  readonly name: string;
  readonly expr: string;
  readonly color: string;
  readonly title: string;
  readonly text: string;
  readonly tags: string;
  /** The value is the moment, in milliseconds; else each moment with a value is marked. */
  readonly isMoment?: true;
}

/** Marks across all graphs: when programs really started, when models changed, what was alerted, and what nobody saw. */
export const annotations: readonly AnnotationQueryBuilder[] = [
  annotation({
    name: 'Starts',
    expr: `1000 * gpunode_program_start_time_seconds{${ofProgram}}`,
    color: 'blue',
    title: '{{program}} started',
    text: 'on {{instance}}; the time is supervisord’s own',
    tags: 'program',
    isMoment: true,
  }),
  annotation({
    name: 'Model changes',
    expr: `1000 * gpunode_model_file_last_change_timestamp_seconds{${ofProgram}}`,
    color: 'yellow',
    title: 'model {{model}} changed',
    text: 'of {{program}} on {{instance}}',
    tags: 'model',
    isMoment: true,
  }),
  annotation({
    name: 'Firing alerts',
    expr: `ALERTS{${ofNode},alertname=~"GpuNode.+",alertstate="firing",severity=~"critical|warning"}`,
    color: 'red',
    title: '{{alertname}}',
    text: '{{severity}} {{program}} on {{instance}}',
    tags: 'severity',
  }),
  annotation({
    name: 'Silent collectors',
    expr: `gpunode_collector_success{${ofNode}} == bool 0 > 0`,
    color: 'purple',
    title: 'NO DATA of the collector {{collector}}',
    text: 'on {{instance}}: gaps in what it watches are not health',
    tags: 'collector',
  }),
  annotation({
    name: 'Silent exporters',
    expr: `up{job="gpunode",${ofNode}} == bool 0 > 0`,
    color: 'purple',
    title: 'NO DATA of {{instance}}',
    text: 'its exporter did not answer: gaps are not health',
    tags: 'instance',
  }),
];

function annotation({ name, expr, color, title, text, tags, isMoment }: AnnotationSpec): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(expr)
    .step('30s')
    .titleFormat(title)
    .textFormat(text)
    .tagKeys(tags)
    .useValueForTime(isMoment ?? false);
}
