/** Runs the exporter from source, as a process of its own, against a simulated node. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import type { SimulatedNode } from './start.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Resolves when every collector has had its first round. */
export function startExporter(node: SimulatedNode, moreArgs: readonly string[] = []): Promise<Daemon> {
  return startDaemon(node.scratch.spawn, {
    command: process.execPath,
    args: (address) => [main, 'serve', '--config.file', node.configFile, '--web.listen-address', address, ...moreArgs],
    logFile: join(node.paths.logs, 'gpunode-exporter.log'),
  });
}

/** The text of a scrape. */
export async function scrape(exporter: Daemon): Promise<string> {
  const response = await fetch(`${exporter.url}/metrics`);
  return response.text();
}
