/** The tour of the demo: each step fails what it says and nothing else, and its repair makes the whole node green again. */
import { expect, test } from 'vitest';
import { startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import { tourSteps } from '../node/tour-steps.ts';
import { failingItems } from './scenario-looks.ts';

test('every step of the tour', async () => {
  const node = await startNode({
    prepare({ config }) {
      config.gpu.interval = '2s';
    },
  });
  try {
    const exporter = await startExporter(node);
    const { signal } = new AbortController();
    const settle = async (what: string, right: readonly string[]): Promise<void> => {
      let failing: string[] = [];
      await waitFor(what, async () => {
        failing = (await failingItems(exporter.url)).map((name) => name.replace(/\{GPU-.*\}/, '{GPU}'));
        return failing.join() === right.join();
      }).catch((error: unknown) => {
        throw new Error(`${what}: failing are ${failing.join(', ') || 'none'}`, { cause: error });
      });
    };
    await settle('a healthy node', []);
    for (const step of tourSteps) {
      await step.begin(node, signal);
      await settle(step.title, step.failing);
      await step.repair(node, signal);
      await settle(`repaired: ${step.title}`, []);
    }
    expect(exporter.process.exitCode).toBeNull();
  } finally {
    await node.stop();
  }
}, 180_000);
