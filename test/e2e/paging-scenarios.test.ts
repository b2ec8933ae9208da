/** What each scenario of the simulated node comes to: who is paged and what is a ticket, when everything has settled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import type { SettledAlert } from '../node/alertmanager.ts';
import { startExporter } from '../node/exporter.ts';
import { startPaging } from '../node/paging.ts';
import { pause } from '../node/poll.ts';
import { loadScenario, scenarioNames } from '../node/scenario.ts';
import { createScratch } from '../node/scratch.ts';
import type { Scratch } from '../node/scratch.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { alertsToCome, readAlertRules } from '../support/alert-rules.ts';

/** Left to promtool, which has their stories in real time. */
const elsewhere: Readonly<Record<string, string>> = {
  'model-flicker': 'a file that is away for two seconds is away for a minute in quick time, and that is a page',
  gate: 'its pages follow one another, and none is left',
  'gate-off': 'its pages follow one another',
  'log-flood': 'takes a core of its own, and belongs to the tests of logs',
};
/** What happens only for a while starts last, so that somebody watches from the beginning. */
const passing = ['model-partial', 'supervisor-frozen'];
/** Pages of their own once the cause has gone: supervisord has given llama up, until somebody starts it. */
const afterwards: Readonly<Record<string, readonly string[]>> = {
  'model-partial': ['GpuNodeProgramFatal{llama}', 'GpuNodeEndpointDown{llama}'],
};

const names = (await scenarioNames())
  .filter((name) => !(name in elsewhere))
  .toSorted((one, other) => Number(passing.includes(one)) - Number(passing.includes(other)));
// As many nodes at once as two cores can bear.
const waves = [0, 1].map((rest) => names.filter((_, index) => index % 2 === rest));

const rules = readAlertRules();
const known = new Set(catalog().flatMap(({ metrics }) => metrics.map((metric) => metric.name)));

const lookEveryMs = 500;
const fewestLooks = 90;
const mostLooks = 160;
/** What has held for so many looks is settled. */
const settledLooks = 16;

/** What was unmuted at one moment, as `ALERT{PROGRAM}`, sorted. */
type Look = readonly string[];

describe.each(waves.map((wave) => ({ wave })))('$wave', ({ wave }) => {
  const nodes: SimulatedNode[] = [];
  const seen = new Map<string, Look[]>();
  let scratch: Scratch;

  beforeAll(async () => {
    const instances = new Map<string, string>();
    const waiting = [...wave];
    const startNext = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const node = await startNode({ scenario: name });
        nodes.push(node);
        instances.set(name, (await startExporter(node)).address);
      }
    };
    await Promise.all([startNext(), startNext(), startNext()]);
    scratch = await createScratch();
    const { alertmanager } = await startPaging(scratch, [...instances.values()]);
    for (const name of wave) seen.set(name, []);
    for (let look = 0; look < mostLooks; look += 1) {
      const settled = await alertmanager.settled();
      for (const [name, looks] of seen) {
        const own = settled.filter(({ labels }) => labels['instance'] === instances.get(name));
        looks.push(own.filter(isForSomebody).map(nameOf).toSorted());
      }
      const isOver = await Promise.all(
        [...seen].map(async ([name, looks]) => settledAt(looks, await wanted(name)) >= 0),
      );
      if (look >= fewestLooks && isOver.every(Boolean)) break;
      await pause(lookEveryMs, new AbortController().signal);
    }
  }, 240_000);

  afterAll(() => Promise.all([...nodes.map((node) => node.stop()), scratch?.remove()]));

  it.each(wave)('%s', async (name) => {
    const right = await wanted(name);
    const looks = seen.get(name) ?? [];
    const from = settledAt(looks, right);
    expect(from, `never settled on ${right.join(', ') || 'nothing'}, but:\n${story(looks)}`).toBeGreaterThanOrEqual(0);
    // From then on it may end, and nothing may join it.
    const fine = [...right, ...(afterwards[name] ?? [])];
    const later = looks.slice(from).flatMap((look) => look.filter((alert) => !fine.includes(alert)));
    expect([...new Set(later)], story(looks)).toEqual([]);
  });
});

it('leaves out only scenarios that exist', async () => {
  const all = await scenarioNames();
  expect([...Object.keys(elsewhere), ...passing].filter((name) => !all.includes(name))).toEqual([]);
});

/** Index of the look from which on `right` held for long enough; -1 if it never did. */
function settledAt(looks: readonly Look[], right: Look): number {
  return looks.findIndex(
    (_, index) =>
      index + settledLooks <= looks.length &&
      looks.slice(index, index + settledLooks).every((look) => look.join() === right.join()),
  );
}

function isForSomebody({ labels }: SettledAlert): boolean {
  return labels['severity'] !== 'info';
}

function nameOf({ labels }: SettledAlert): string {
  return written(labels['alertname'] ?? '', labels['program'] ?? labels['collector']);
}

/** Pages and tickets of a scenario, without those whose collector does not exist yet. */
async function wanted(name: string): Promise<string[]> {
  const { pages, tickets } = (await loadScenario(name)).expected;
  return [...pages, ...tickets]
    .filter(({ alert }) => canBeRaised(alert))
    .map(({ alert, program }) => written(alert, program))
    .toSorted();
}

function canBeRaised(name: string): boolean {
  const rule = rules.find(({ alert }) => alert === name);
  if (!rule && alertsToCome.includes(name)) return false;
  if (!rule) throw new Error(`No rule raises ${name}`);
  const read = [...rule.expr.matchAll(/(?<![\w:])gpunode_\w+(?![\w:])/g)].map(([metric]) => metric);
  return read.every((metric) => known.has(metric.replace(/_(sum|count|bucket)$/, '')));
}

function written(alert: string, program: string | undefined): string {
  return program === undefined ? alert : `${alert}{${program}}`;
}

/** What changed, and when. */
function story(all: readonly Look[]): string {
  return all
    .map((look, index) => ({ text: look.join(', ') || 'nothing', index }))
    .filter(({ text }, index, list) => text !== list[index - 1]?.text)
    .map(({ text, index }) => `  ${(index * lookEveryMs) / 1_000} s: ${text}`)
    .join('\n');
}
