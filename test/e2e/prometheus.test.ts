/** What a real Prometheus and promtool think of a scrape. */
import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import { scrape, startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startPrometheus } from '../node/prometheus.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { requireCommand } from '../setup/packages.ts';

let node: SimulatedNode | undefined;
afterEach(() => node?.stop());

it('a real Prometheus scrapes without a warning, and promtool has nothing to say', async () => {
  node = await startNode({ scenario: 'crash-loop' });
  const exporter = await startExporter(node);
  const prometheus = await startPrometheus({ targets: [exporter.address], scratch: node.scratch });
  await waitFor('a second respawn in Prometheus', async () => {
    const [starts] = await prometheus.query('gpunode_program_starts_total{program="fastapi",trigger="respawn"}');
    return starts !== undefined && starts.value >= 2;
  });
  const [up] = await prometheus.query('up');
  expect(up).toMatchObject({ value: 1, labels: { job: 'gpunode', instance: exporter.address } });
  expect(prometheus.complaints()).toEqual([]);

  const text = await scrape(exporter);
  const { stdout, stderr, status } = spawnSync(requireCommand('promtool'), ['check', 'metrics'], { input: text });
  expect(`${String(stdout)}${String(stderr)}`).toBe('');
  expect(status).toBe(0);

  const described = new Set(catalog().flatMap(({ metrics }) => metrics.map(({ name }) => name)));
  const shown = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  expect(shown.filter((name) => !described.has(name))).toEqual([]);
});
