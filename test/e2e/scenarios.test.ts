/**
 * What each scenario of the simulated node comes to when everything has settled: who is paged, what is a ticket, which items
 * of the checklist fail, and that the metric, the command and the page say the same.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../node/daemon.ts';
import { startExporter } from '../node/exporter.ts';
import { startPaging } from '../node/paging.ts';
import { pause } from '../node/poll.ts';
import { loadScenario, scenarioNames } from '../node/scenario.ts';
import type { Expected } from '../node/scenario.ts';
import { createScratch } from '../node/scratch.ts';
import type { Scratch } from '../node/scratch.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { allAgree } from './four-voices.ts';
import { lookAt, rightAlerts, settledAt, story, wrongChecks } from './scenario-looks.ts';
import type { Look } from './scenario-looks.ts';

/** Left to promtool, which has their stories in real time, and to tests of their own. */
const elsewhere: Readonly<Record<string, string>> = {
  'model-flicker': 'a file that is away for two seconds is away for a minute in quick time, and that is a page',
  gate: 'its pages follow one another, and none is left',
  'gate-off': 'its pages follow one another',
  tour: 'is many failures one after the other, and has a test of its own',
  'log-flood': 'takes a core of its own, and belongs to the tests of logs',
};
/** What happens only for a while starts last, so that somebody watches from the beginning. */
const passing = ['model-partial', 'supervisor-frozen'];
/**
 * Pages of their own once the cause has gone: supervisord has given llama up, until somebody starts it, and the last of its
 * deaths is not long ago.
 */
const afterwards: Readonly<Record<string, readonly string[]>> = {
  'model-partial': ['GpuNodeProgramFatal{llama}', 'GpuNodeEndpointDown{llama}', 'GpuNodeProgramFlapping{llama}'],
};

const names = (await scenarioNames())
  .filter((name) => !(name in elsewhere))
  .toSorted((one, other) => Number(passing.includes(one)) - Number(passing.includes(other)));
// As many nodes at once as two cores can bear.
const waves = [0, 1].map((rest) => names.filter((_, index) => index % 2 === rest));

const lookEveryMs = 500;
const fewestLooks = 90;
// A hung nvidia-smi fails its check after a minute.
const mostLooks = 200;

interface Watched {
  readonly expected: Expected;
  readonly exporter: Daemon;
  readonly looks: Look[];
}

describe.each(waves.map((wave) => ({ wave })))('$wave', ({ wave }) => {
  const nodes: SimulatedNode[] = [];
  const watched = new Map<string, Watched>();
  let scratch: Scratch;

  beforeAll(async () => {
    const waiting = [...wave];
    const startNext = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const node = await startNode({ scenario: name });
        nodes.push(node);
        const { expected } = await loadScenario(name);
        watched.set(name, { expected, exporter: await startExporter(node), looks: [] });
      }
    };
    await Promise.all([startNext(), startNext(), startNext()]);
    scratch = await createScratch();
    const addresses = [...watched.values()].map(({ exporter }) => exporter.address);
    const { alertmanager } = await startPaging(scratch, addresses);
    for (let look = 0; look < mostLooks; look += 1) {
      const settled = await alertmanager.settled();
      for (const { exporter, looks } of watched.values()) {
        const own = settled.filter(({ labels }) => labels['instance'] === exporter.address);
        looks.push(await lookAt(exporter.url, own));
      }
      const isOver = [...watched.values()].every(({ looks, expected }) => settledAt(looks, expected) >= 0);
      if (look >= fewestLooks && isOver) break;
      await pause(lookEveryMs, new AbortController().signal);
    }
  }, 300_000);

  afterAll(() => Promise.all([...nodes.map((node) => node.stop()), scratch?.remove()]));

  it.each(wave)('%s', async (name) => {
    const { expected, exporter, looks } = watchedAs(name);
    const told = story(looks, lookEveryMs);
    const from = settledAt(looks, expected);
    const wanted = rightAlerts(expected).join(', ') || 'nobody';
    expect(from, `never settled on ${wanted} and the right checks, but:\n${told}`).toBeGreaterThanOrEqual(0);
    // From then on it may end, and nothing may join it.
    const fine = [...rightAlerts(expected), ...(afterwards[name] ?? [])];
    const later = looks.slice(from);
    expect(
      later.flatMap(({ alerts }) => alerts.filter((alert) => !fine.includes(alert))),
      told,
    ).toEqual([]);
    const joined = later.map(({ failing }) => new Set(wrongChecks(failing, expected)));
    // A dozen nodes on two cores may answer late once; a claim is made twice in a row.
    const claimed = joined.flatMap((each, index) => [...each].filter((name) => joined[index + 1]?.has(name)));
    expect(
      claimed.filter((each) => !each.startsWith('no ')),
      told,
    ).toEqual([]);
    await allAgree(exporter);
  });

  function watchedAs(name: string): Watched {
    const found = watched.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }
});

it('leaves out only scenarios that exist', async () => {
  const all = await scenarioNames();
  expect([...Object.keys(elsewhere), ...passing].filter((name) => !all.includes(name))).toEqual([]);
});
