import { checklistDashboard } from './checklist.ts';
import { fleetDashboard } from './fleet.ts';
import { serialize } from './layout.ts';

/** The dashboards as the files that Grafana imports. */
export function dashboardFiles(): { readonly path: string; readonly text: string }[] {
  return [
    { path: 'dashboards/gpunode-checklist.json', text: serialize(checklistDashboard()) },
    { path: 'dashboards/gpunode-fleet.json', text: serialize(fleetDashboard()) },
  ];
}
