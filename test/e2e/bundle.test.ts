/** The shipped file, with nothing of the source tree beside it. */
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { startDaemon } from '../node/daemon.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { parseExposition } from '../support/exposition.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let node: SimulatedNode | undefined;
afterEach(() => node?.stop());

it('serves a node from one file', async () => {
  node = await startNode();
  execFileSync(process.execPath, ['deploy/build/bundle.ts'], { cwd: root });
  const shipped = join(node.paths.root, 'gpunode-exporter.cjs');
  cpSync(join(root, 'dist/main.cjs'), shipped);
  const configFile = node.configFile;
  const exporter = await startDaemon(node.scratch.spawn, {
    command: process.execPath,
    args: (address) => [shipped, '--config.file', configFile, '--web.listen-address', address],
    logFile: join(node.paths.logs, 'gpunode-exporter.log'),
  });
  const version = execFileSync(process.execPath, [shipped, '--version'], { encoding: 'utf8', cwd: '/' }).trim();
  await waitFor('llama RUNNING and healthy', async () => {
    const text = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text());
    const running = text.value('gpunode_program_state_code', { program: 'llama' }) === 20;
    return running && text.value('gpunode_endpoint_up', { target: 'llama', program: 'llama' }) === 1 && text;
  });
  const text = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text());
  expect([...text.series('gpunode_collector_success').values()]).not.toContain(0);
  expect(text.value('gpunode_exporter_build_info', { version, node_version: process.version })).toBe(1);
  // Templates, style and script are in it too.
  expect(await (await fetch(exporter.url)).text()).toContain(`gpunode-exporter ${version}`);
  for (const asset of ['style.css', 'page.js', 'pass.svg']) {
    expect((await fetch(`${exporter.url}/assets/${asset}`)).status).toBe(200);
  }
});
