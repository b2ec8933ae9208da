/** `npm run demo`: the simulated node, the exporter, a real Prometheus and a real Alertmanager, until Ctrl-C. */
import { SetupError, ensurePackages } from '../setup/packages.ts';
import { readDemoOptions } from './demo-options.ts';
import type { DemoOptions } from './demo-options.ts';
import { readPages, renderPage, renderPages } from './demo-pages.ts';
import type { Page } from './demo-pages.ts';
import { readSummary, renderLine, renderScreen } from './demo-summary.ts';
import { startExporter } from './exporter.ts';
import { quickTime, startPaging } from './paging.ts';
import { pause } from './poll.ts';
import { startNode } from './start.ts';

const options = await readDemoOptions(process.argv.slice(2));
const ending = new AbortController();
// Once only: who presses Ctrl-C a second time ends us at once, and the watchdog of the scratch folder cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
process.stdout.once('error', () => ending.abort());

try {
  ensurePackages(['supervisor', 'prometheus', 'prometheus-alertmanager']);
  await runDemo(options);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function runDemo({ scenario, durationMs }: DemoOptions): Promise<void> {
  process.stdout.write(`Starting supervisord, three programs, the exporter, Prometheus and Alertmanager …\n`);
  const node = await startNode({ scenario });
  try {
    const exporter = await startExporter(node);
    const { prometheus, alertmanager } = await startPaging(node.scratch, [exporter.address]);
    const heading = [
      `${scenario.name}: ${scenario.summary} (settles within ${scenario.durationHint})`,
      '',
      `the page     ${exporter.url}/`,
      `exporter     ${exporter.url}/metrics`,
      `Prometheus   ${prometheus.url}`,
      `Alertmanager ${alertmanager.url}`,
      `the node     ${node.paths.root}`,
      `supervisord  supervisorctl -c ${node.paths.supervisordConf} status`,
      `Durations of rules and routes are divided by ${quickTime} here: what pages after two minutes does so after four seconds.`,
    ].join('\n');
    const isTerminal = process.stdout.isTTY;
    if (!isTerminal) process.stdout.write(`${heading}\n\n`);

    const told = new Set<string>();
    const startedAt = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - startedAt;
      if (ending.signal.aborted || elapsedMs >= durationMs) break;
      const [summary, pages] = await Promise.all([readSummary(prometheus), readPages(alertmanager)]);
      const seconds = `${Math.round(elapsedMs / 1000)} s`;
      process.stdout.write(
        isTerminal
          ? `\u001b[H\u001b[2J${heading}\n\n${seconds}   ${renderScreen(summary)}\n\n${renderPages(pages)}\n\nCtrl-C stops everything and removes it.\n`
          : [`${seconds}: ${renderLine(summary)}`, ...news(pages, told)].map((line) => `${line}\n`).join(''),
      );
      await pause(Math.min(isTerminal ? 1_000 : 5_000, durationMs - elapsedMs), ending.signal);
    }
  } finally {
    await node.stop();
  }
}

/** What was not told before, in words; `told` remembers. */
function news(pages: readonly Page[], told: Set<string>): string[] {
  const fresh = pages.filter(({ alert, state }) => !told.has(`${alert} ${state}`));
  for (const { alert, state } of fresh) told.add(`${alert} ${state}`);
  return fresh.map(renderPage);
}
