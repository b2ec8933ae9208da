/** What the dashboards say of nodes that are well, flap, are half blind, have no GPU or are dead: with a real Prometheus. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/checklist/report.ts';
import { panelsOf, readDashboard } from '../dashboards/files.ts';
import { columnNames, lookAt, marksOf } from '../dashboards/look.ts';
import type { Look, Shown } from '../dashboards/look.ts';
import { conditions, startFleet } from '../dashboards/nodes.ts';
import type { Condition, Fleet } from '../dashboards/nodes.ts';
import { waitFor } from '../node/poll.ts';

const checklist = readDashboard('gpunode-checklist');
const fleetView = readDashboard('gpunode-fleet');
const rangeSeconds = 120;

/** Queries without an answer on a healthy node: nothing has ended, and nothing is configured. */
const restful = [
  'How programs have been dying, G',
  'Length of runs, and known timeouts, A',
  'Length of runs, and known timeouts, B',
  'Cards that are visible, and nvidia-smi, E',
];
/** A column of the versions, which there is none of without a GPU. */
const driverVersion = 'What runs on the nodes, F';
/** They need two scrapes. */
const rates = [
  'Runs that ended, by length, A',
  'How long the health answers take, A',
  'How long the health answers take, B',
  'CPU, processes and open files of the programs, A',
];

let fleet: Fleet;
let first: Look;
const looks = new Map<Condition, Look>();

beforeAll(async () => {
  fleet = await startFleet();
  first = await look('healthy');
  await fleet.goWrong();
  for (const condition of conditions) looks.set(condition, await look(condition));
}, 150_000);
afterAll(() => fleet?.stop());

describe('the dashboards', () => {
  it('have an answer to every question in the first minute, and claim nothing', () => {
    expect(first.empty.filter((name) => !restful.includes(name) && !rates.includes(name))).toEqual([]);
    expect(coloured(first, 'red', 'dark-red', 'purple')).toEqual([]);
  });

  it.each(conditions.filter((condition) => condition !== 'dead'))(
    'say of a node that is %s what its exporter says',
    async (condition) => {
      await waitFor('the same verdicts', async () => {
        const [report, { shown }] = await Promise.all([reportOf(condition), look(condition)]);
        expect(verdictIn(shown)).toBe(report.verdict);
        expect(itemsIn(shown)).toEqual(itemsOf(report));
        return true;
      });
    },
  );

  // A probe that was late, because the machine was busy, is forgotten at the next look.
  it('say of a healthy node that it is well, and nothing else', async () => {
    await waitFor('a look at a healthy node', async () => {
      const healthy = await look('healthy');
      expect(verdictIn(healthy.shown)).toBe('pass');
      expect(coloured(healthy, 'red', 'dark-red', 'orange', 'purple', 'yellow')).toEqual([]);
      expect(healthy.empty.filter((name) => !restful.includes(name))).toEqual([]);
      expect(alertsIn(healthy)).toEqual(['GpuNodeWatchdog firing']);
      return true;
    });
  });

  it('say of a program that flaps how often, how regularly, and what waits as long', async () => {
    const flapping = await waitFor('a look at nothing but the flap', async () => {
      const now = await look('flapping');
      const bad = coloured(now, 'red', 'dark-red').map(({ labels }) => labels['program'] ?? labels['subject']);
      expect(new Set(bad.filter((subject) => subject !== undefined))).toEqual(new Set(['llama']));
      return now;
    });
    expect(verdictIn(flapping.shown)).toBe('fail');
    const llama = flapping.shown.filter(
      ({ panel, labels }) => panel === 'How programs have been dying' && labels['program'] === 'llama',
    );
    const cell = (name: string): Shown | undefined => llama.find((each) => each.name === name);
    expect(cell('Flaps 1 h')?.value).toBeGreaterThanOrEqual(3);
    expect(cell('Flaps 1 h')?.color).toBe('red');
    expect(cell('Mean run, 2 h')?.value).toBeCloseTo(7, 0);
    expect(cell('Regularity')?.word).toBe('REGULAR AS A CLOCK');
    expect(llama.map(({ labels }) => labels['timeout'])).toContain('LLAMA_WAIT_SECONDS');
    expect(alertsIn(flapping)).toContain('GpuNodeProgramFlapping firing');
  });

  it('have no calm word for what a dead collector watched', () => {
    const blind = lookOf('blind').shown;
    expect(words(blind, 'Program states')).toEqual(['NO DATA']);
    expect(words(blind, 'GPUs')).toEqual(['NO DATA']);
    expect(words(blind, 'How programs have been dying')).toEqual(['NO DATA']);
    const failing = blind.filter(({ panel, word }) => panel === 'Collectors' && word === 'FAILING');
    expect(failing.map(({ labels }) => labels['collector'])).toEqual(expect.arrayContaining(['supervisor', 'gpu']));
    expect(lookOf('blind').empty).toEqual(
      expect.arrayContaining(['Starts within an hour, by trigger, A', 'GPU memory, by who holds it, A', 'GPU load, A']),
    );
  });

  it('say so where there is no GPU', async () => {
    const { empty } = await waitFor('a look at the node without GPU', async () => {
      const without = await look('without GPU');
      return verdictIn(without.shown) === 'pass' && without;
    });
    const unanswered = empty.filter((name) => !restful.includes(name) && name !== driverVersion);
    const silent = new Set(unanswered.map((name) => name.replace(/, \w$/, '')));
    for (const panel of [...panelsOf(checklist), ...panelsOf(fleetView)].filter(({ title }) => silent.delete(title))) {
      expect(panel.fieldConfig.defaults.noValue, panel.title).toMatch(/^No (GPU|Xid)/);
    }
    expect([...silent]).toEqual([]);
  });

  it('know nothing of a node whose exporter is dead, and say so everywhere', () => {
    const dead = lookOf('dead');
    expect(verdictIn(dead.shown)).toBe('no data');
    expect(coloured(dead, 'green', 'yellow', 'blue', 'orange')).toEqual([]);
    expect(coloured(dead, 'red').map(({ word }) => word)).toEqual(['NO ANSWER', 'NO ANSWER']);
    const stateful = dead.shown.filter(({ kind, word }) => kind === 'state-timeline' || word !== undefined);
    expect(new Set(stateful.map(({ word }) => word))).toEqual(new Set(['NO DATA', 'NO ANSWER']));
    // What it knew of before is still listed.
    expect(itemsIn(dead.shown).length).toBe(itemsIn(first.shown).length);
  });

  it('have the fleet worst first', async () => {
    const addresses = new Map(conditions.map((condition) => [fleet.exporters[condition].address, condition]));
    await waitFor('the order of the fleet', async () => {
      const { shown } = await lookAt(fleet.prometheus.url, fleetView, { rangeSeconds });
      const verdicts = shown
        .filter(({ panel, name }) => panel === 'Verdict matrix: node by section' && name === 'Verdict')
        .toSorted((one, other) => one.value - other.value)
        .map(({ labels, word }) => `${addresses.get(labels['instance'] ?? '')}: ${word}`);
      expect(verdicts.slice(0, 2).toSorted()).toEqual(['blind: FAIL', 'flapping: FAIL']);
      expect(verdicts[2]).toBe('dead: NO DATA');
      expect(verdicts.slice(3).toSorted()).toEqual(['healthy: PASS', 'without GPU: PASS']);
      const tiles = shown.filter(({ panel }) => panel === 'Nodes').map(({ name, value }) => `${name} ${value}`);
      expect(tiles).toEqual(['fail 2', 'without data 1', 'unknown 0', 'pass 2']);
      return true;
    });
  });

  it('have a column for every label that a table gets', () => {
    const columns = new Map(
      [...panelsOf(checklist), ...panelsOf(fleetView)].map((panel) => [panel.title, Object.keys(columnNames(panel))]),
    );
    const cells = conditions.flatMap((condition) => lookOf(condition).shown.filter(({ kind }) => kind === 'table'));
    const stray = cells.flatMap(({ panel, labels }) =>
      Object.keys(labels).filter((label) => label !== 'job' && columns.get(panel)?.includes(label) === false),
    );
    expect(stray).toEqual([]);
    expect(cells.length).toBeGreaterThan(100);
  });

  it('mark starts, and what nobody saw', async () => {
    const marks = async (condition: Condition) => marksOf(fleet.prometheus.url, checklist, choiceOf(condition));
    const [flapping, blind, dead] = await Promise.all(
      (['flapping', 'blind', 'dead'] as const).map((condition) => marks(condition)),
    );
    expect(flapping?.get('Starts')).toBeGreaterThanOrEqual(3);
    expect(flapping?.get('Firing alerts')).toBeGreaterThan(0);
    expect(blind?.get('Silent collectors')).toBeGreaterThan(0);
    expect(dead?.get('Silent exporters')).toBeGreaterThan(0);
    const ofHealthy = async (): Promise<true> => {
      const healthy = await marks('healthy');
      const counts = ['Firing alerts', 'Silent collectors', 'Silent exporters'].map((name) => healthy.get(name));
      expect(counts).toEqual([0, 0, 0]);
      return true;
    };
    // A scrape that was late, because the machine was busy, leaves the window in time.
    await waitFor('a quiet healthy node', ofHealthy, { timeoutMs: 2 * rangeSeconds * 1_000, everyMs: 1_000 });
  }, 300_000);
});

function choiceOf(condition: Condition) {
  return { instance: fleet.exporters[condition].address, rangeSeconds };
}

/** At both dashboards, with one node chosen. */
async function look(condition: Condition): Promise<Look> {
  const both = await Promise.all(
    [checklist, fleetView].map((dashboard) => lookAt(fleet.prometheus.url, dashboard, choiceOf(condition))),
  );
  return { shown: both.flatMap(({ shown }) => shown), empty: both.flatMap(({ empty }) => empty) };
}

function lookOf(condition: Condition): Look {
  const found = looks.get(condition);
  if (!found) throw new Error(`nobody looked at the node that is ${condition}`);
  return found;
}

async function reportOf(condition: Condition): Promise<Report> {
  return (await (await fetch(`${fleet.exporters[condition].url}/api/checklist`)).json()) as Report;
}

function verdictIn(shown: readonly Shown[]): string | undefined {
  return shown.find(({ panel }) => panel === 'Verdict')?.word?.toLowerCase();
}

/** `CHECK SUBJECT: STATUS` of the tables of all sections. */
function itemsIn(shown: readonly Shown[]): string[] {
  return shown
    .filter(({ panel, name }) => panel.endsWith(': items') && name === 'Status')
    .map(({ labels, word }) => `${labels['check']} ${labels['subject']}: ${word?.toLowerCase()}`)
    .toSorted();
}

function itemsOf({ items }: Report): string[] {
  return items.map(({ check, subject, status }) => `${check} ${subject}: ${status}`).toSorted();
}

function alertsIn({ shown }: Look): string[] {
  return shown
    .filter(({ panel }) => panel === 'Alerts')
    .map(({ labels }) => `${labels['alertname']} ${labels['alertstate']}`);
}

function coloured({ shown }: Look, ...colors: readonly string[]): Shown[] {
  return shown.filter(({ color }) => color !== undefined && colors.includes(color));
}

function words(shown: readonly Shown[], panel: string): (string | undefined)[] {
  const told = shown.filter((each) => each.panel === panel && each.word !== undefined);
  return [...new Set(told.map(({ word }) => word))];
}
