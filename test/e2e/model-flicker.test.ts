/** A model file that comes and goes under a server that has it open: what the checklist says, for its alert has a promtool story. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Daemon } from '../node/daemon.ts';
import { startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { loadScenario } from '../node/scenario.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { allAgree } from './four-voices.ts';
import { failingItems, wrongChecks } from './scenario-looks.ts';

let node: SimulatedNode;
let exporter: Daemon;

beforeAll(async () => {
  node = await startNode({ scenario: 'model-flicker' });
  exporter = await startExporter(node);
});
afterAll(() => node.stop());

it('stays visible as an anomaly while the file is there and while it is away, and accuses nothing else', async () => {
  const { expected } = await loadScenario('model-flicker');
  await waitFor('the anomaly', async () => (await failingItems(exporter.url)).includes('file_visible{llama}'));
  const looks: string[][] = [];
  await waitFor(
    'the file to go and come back three times more',
    async () => {
      looks.push(await failingItems(exporter.url));
      const isAway = looks.map((failing) => failing.includes('file_regular_readable{llama}'));
      return isAway.filter((away, index) => !away && isAway[index - 1]).length >= 3;
    },
    { timeoutMs: 60_000, everyMs: 500 },
  );
  const wrong = looks.map((failing) => wrongChecks(failing, expected));
  expect(wrong.flat().filter((name) => name.startsWith('no '))).toEqual([]);
  // A busy machine may answer late once; what is said for two seconds is a claim.
  const claimed = wrong.flatMap((each, index) =>
    each.filter((name) => [1, 2, 3, 4].every((later) => wrong[index + later]?.includes(name))),
  );
  expect(claimed).toEqual([]);
  await allAgree(exporter);
}, 120_000);

it('says on its page how often', async () => {
  const page = await (await fetch(`${exporter.url}/`)).text();
  const card = /<li class="card fail" data-key="file_visible\/llama">.*?<\/li>/s.exec(page)?.[0] ?? '';
  expect(card).toMatch(/it came or went \d+ times in 15m/);
  expect(card).toContain('/runbooks/GpuNodeModelVisibilityAnomaly');
});
