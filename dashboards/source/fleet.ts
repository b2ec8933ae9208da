import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { layOut } from './layout.ts';
import { cardsRow, flappingRow, verdictsRow, versionsRow } from './rows/fleet.ts';
import { datasourceVariable, instanceVariable, jobVariable, programVariable } from './variables.ts';

/** All nodes: which one needs somebody first? */
export function fleetDashboard(): Dashboard {
  return layOut({
    uid: 'gpunode-fleet',
    title: 'GPU fleet',
    description: 'All GPU nodes, worst first; a click on a node opens its checklist.',
    range: '24h',
    rows: [verdictsRow, flappingRow, cardsRow, versionsRow],
  })
    .variables([datasourceVariable, jobVariable, instanceVariable, programVariable])
    .annotations([])
    .build();
}
