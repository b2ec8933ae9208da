import { escapeHtml } from './html.ts';

/** The body of the page at `/`: where to go from here. */
export function landingPage(version: string, telemetryPath: string): string {
  return `<h1>gpunode-exporter</h1>
<p>Version ${escapeHtml(version)}</p>
<ul>
<li><a href="${escapeHtml(telemetryPath)}">Metrics</a></li>
<li><a href="/runbooks/">Runbooks</a></li>
<li><a href="/-/healthy">Health</a></li>
<li><a href="/-/ready">Readiness</a></li>
</ul>`;
}
