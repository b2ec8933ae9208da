/** The same slow sync with and without the launch gate, side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scrape, startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { parseExposition } from '../support/exposition.ts';
import type { Scrape } from '../support/exposition.ts';

const nodes = new Map<string, { node: SimulatedNode; look: () => Promise<Scrape> }>();

beforeAll(async () => {
  for (const scenario of ['gate', 'gate-off']) {
    const node = await startNode({ scenario });
    const exporter = await startExporter(node);
    nodes.set(scenario, { node, look: async () => parseExposition(await scrape(exporter)) });
  }
});
afterAll(() => Promise.all([...nodes.values()].map(({ node }) => node.stop())));

async function whenComplete(scenario: string): Promise<{ end: Scrape; look: () => Promise<Scrape>; log: string }> {
  const running = nodes.get(scenario);
  if (running === undefined) throw new Error(`${scenario} did not start`);
  const isComplete = async (): Promise<Scrape | false> => {
    const now = await running.look();
    return now.value('gpunode_model_file_complete', { model: 'llama', program: 'llama' }) === 1 && now;
  };
  const end = await waitFor('the whole model', isComplete, { timeoutMs: 90_000 });
  return { end, look: running.look, log: await running.node.mainLog() };
}

const startsOf = (log: string): number => log.match(/spawned: 'llama'/g)?.length ?? 0;

describe('a model that comes late and in pieces', () => {
  it('is started once, when it is whole, behind the gate', { timeout: 120_000 }, async () => {
    const { look, log } = await whenComplete('gate');
    expect(startsOf(log)).toBe(1);
    const end = await waitFor('llama to serve', async () => {
      const now = await look();
      return now.value('gpunode_endpoint_up', { target: 'llama', program: 'llama' }) === 1 && now;
    });
    expect(end.value('gpunode_program_starts_total', { program: 'llama', trigger: 'respawn' })).toBe(0);
  });

  it('makes llama flap without it', { timeout: 120_000 }, async () => {
    // It gave up waiting, then it aborted on every part of the model; supervisord may have given up on it by now.
    const { end, log } = await whenComplete('gate-off');
    expect(startsOf(log)).toBeGreaterThanOrEqual(4);
    const respawns = end.value('gpunode_program_starts_total', { program: 'llama', trigger: 'respawn' });
    expect(respawns).toBeGreaterThanOrEqual(3);
  });
});
