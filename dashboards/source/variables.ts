import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { datasource, refId } from './panel.ts';
import { ofNode } from './promql.ts';

/** The data source is the only choice that an import asks for; without a further one everything is shown. */
export const datasourceVariable: Builder<VariableModel> = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .type('prometheus');

// From metrics that every exporter has, whatever its node has: a variable without values would empty the dashboard.
export const jobVariable = labelVariable('job', 'Job', 'label_values(gpunode_exporter_build_info, job)');
export const instanceVariable = labelVariable(
  'instance',
  'Instance',
  'label_values(gpunode_exporter_build_info{job=~"$job"}, instance)',
);
export const programVariable = labelVariable(
  'program',
  'Program',
  `label_values(gpunode_program_expected{${ofNode}}, program)`,
);

function labelVariable(name: string, label: string, query: string): Builder<VariableModel> {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: refId(0) })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: ['All'], value: ['$__all'] });
}
