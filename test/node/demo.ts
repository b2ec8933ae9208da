/** `npm run demo`: the simulated node, the exporter and a real Prometheus, until Ctrl-C. */
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SetupError, ensurePackages } from '../setup/packages.ts';
import { readDemoOptions } from './demo-options.ts';
import type { DemoOptions } from './demo-options.ts';
import { readSummary, renderLine, renderScreen } from './demo-summary.ts';
import { startExporter } from './exporter.ts';
import { pause } from './poll.ts';
import { startPrometheus } from './prometheus.ts';
import { startNode } from './start.ts';

const options = await readDemoOptions(process.argv.slice(2));
const ending = new AbortController();
// Once only: who presses Ctrl-C a second time ends us at once, and the watchdog of the scratch folder cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
process.stdout.once('error', () => ending.abort());

try {
  ensurePackages(['supervisor', 'prometheus']);
  await runDemo(options);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function runDemo({ scenario, durationMs }: DemoOptions): Promise<void> {
  process.stdout.write(`Starting supervisord, three programs, the exporter and Prometheus …\n`);
  const node = await startNode({ scenario });
  try {
    const exporter = await startExporter(node);
    const rules = fileURLToPath(new URL('../../rules/*.yml', import.meta.url));
    const prometheus = await startPrometheus({
      targets: [exporter.address],
      rulesFiles: globSync(rules),
      scratch: node.scratch,
    });
    const heading = [
      `${scenario.name}: ${scenario.summary} (settles within ${scenario.durationHint})`,
      '',
      `exporter     ${exporter.url}/metrics`,
      `Prometheus   ${prometheus.url}`,
      `the node     ${node.paths.root}`,
      `supervisord  supervisorctl -c ${node.paths.supervisordConf} status`,
    ].join('\n');
    const isTerminal = process.stdout.isTTY;
    if (!isTerminal) process.stdout.write(`${heading}\n\n`);

    const startedAt = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - startedAt;
      if (ending.signal.aborted || elapsedMs >= durationMs) break;
      const summary = await readSummary(prometheus);
      const seconds = `${Math.round(elapsedMs / 1000)} s`;
      process.stdout.write(
        isTerminal
          ? `\u001b[H\u001b[2J${heading}\n\n${seconds}   ${renderScreen(summary)}\n\nCtrl-C stops everything and removes it.\n`
          : `${seconds}: ${renderLine(summary)}\n`,
      );
      await pause(Math.min(isTerminal ? 1_000 : 5_000, durationMs - elapsedMs), ending.signal);
    }
  } finally {
    await node.stop();
  }
}
