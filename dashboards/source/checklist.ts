import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.ts';
import { layOut } from './layout.ts';
import type { Row } from './layout.ts';
import { endpointEvidence } from './rows/endpoints.ts';
import { exporterRow } from './rows/exporter.ts';
import { gpuEvidence } from './rows/gpu.ts';
import { hostEvidence } from './rows/host.ts';
import { logEvidence } from './rows/logs.ts';
import { modelEvidence } from './rows/models.ts';
import { processEvidence } from './rows/programs.ts';
import { restartsRow } from './rows/restarts.ts';
import { sectionRows } from './rows/sections.ts';
import { verdictRow } from './rows/verdict.ts';
import { datasourceVariable, instanceVariable, jobVariable, programVariable } from './variables.ts';

/** From the verdict to its evidence. A section shows up here as soon as it has items. */
const rows: readonly Row[] = [
  verdictRow,
  ...sectionRows('process_health', processEvidence),
  restartsRow,
  ...sectionRows('endpoint_health', endpointEvidence),
  ...sectionRows('model_integrity', modelEvidence),
  ...sectionRows('queue_behavior', []),
  ...sectionRows('resource_sanity', [...gpuEvidence, ...logEvidence, ...hostEvidence]),
  exporterRow,
];

/** One node, or a few: is it well and, if not, why? */
export function checklistDashboard(): Dashboard {
  return layOut({
    uid: 'gpunode-checklist',
    title: 'GPU node: validation checklist',
    description:
      'The verdict on a GPU node, its items by section, and the evidence. The same verdicts as `gpunode-exporter check` and the exporter’s own page.',
    range: '6h',
    rows,
  })
    .variables([datasourceVariable, jobVariable, instanceVariable, programVariable])
    .annotations([...annotations])
    .link(
      new DashboardLinkBuilder('GPU fleet')
        .type(DashboardLinkType.Link)
        .url('/d/gpunode-fleet?${datasource:queryparam}')
        .keepTime(true)
        .tooltip('All nodes, worst first'),
    )
    .build();
}
