import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import { dashboardNames, dashboardText, expressionsOf, panelsOf, readDashboard, targetsOf } from './files.ts';
import type { PanelJson } from './schema.ts';
import { readAlertRules } from '../support/alert-rules.ts';

const runbooks = join(import.meta.dirname, '../../rules/runbooks');
const dashboards = dashboardNames.map((name) => readDashboard(name));
const panels = dashboards.flatMap((dashboard) => panelsOf(dashboard));

describe.each(dashboardNames)('%s', (name) => {
  const dashboard = readDashboard(name);

  it('is what its links call it, and needs only a data source when it is imported', () => {
    expect(dashboard.uid).toBe(name);
    const text = dashboardText(name);
    expect(text).not.toMatch(/__inputs|DS_PROMETHEUS|folderUid/);
    // A link in a closed menu is no link.
    expect(text).not.toContain('inControlsMenu');
    expect(text.match(/"uid": "(?!\$\{datasource\}")[^"]+"/g)).toEqual([`"uid": "${name}"`]);
    const [first, ...others] = dashboard.templating.list;
    expect(first).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
    expect(others.map(({ name }) => name)).toEqual(['job', 'instance', 'program']);
  });

  it('has no id and no query of a panel twice', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, targets } of panelsOf(dashboard)) {
      const letters = targets.map(({ refId }) => refId);
      expect(letters, title).toEqual([...new Set(letters)].toSorted());
    }
  });

  it('has no panel over another, and no hole above one', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x} ${y}`), `${title} at ${x}, ${y}`).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
      }
    }
    const lines = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * lines);
  });

  it('names rows and panels only once', () => {
    const titles = panelsOf(dashboard).map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });
});

describe('each panel', () => {
  it.each(panels.map((panel) => [panel.title, panel] as const))(
    '%s says what green is, where else to go, and why it is empty',
    (_, { description, fieldConfig }) => {
      expect(description).toMatch(/^\*\*Green:\*\* [^]+\n\n\*\*Otherwise:\*\* [^]+\n\n\*\*Runbooks:\*\* GpuNode\w+/);
      const named = [...description.matchAll(/\bGpuNode\w+/g)].map(([alert]) => alert);
      expect(named.filter((alert) => !existsSync(join(runbooks, `${alert}.md`)))).toEqual([]);
      expect(fieldConfig.defaults.noValue).toMatch(/NO DATA: /);
    },
  );

  it('that shows states has a word and a colour for each, and purple for silence', () => {
    const stateful = panels.flatMap((panel) => stateMappings(panel).map((mappings) => ({ panel, mappings })));
    expect(stateful.length).toBeGreaterThan(20);
    for (const { panel, mappings } of stateful) {
      const words = mappings.flatMap((mapping) => (mapping.type === 'value' ? Object.values(mapping.options) : []));
      expect(new Set(words.map(({ text }) => text)).size, panel.title).toBeGreaterThan(1);
      expect(words, panel.title).toContainEqual(expect.objectContaining({ text: 'NO DATA', color: 'purple' }));
      const special = mappings.filter(({ type }) => type === 'special');
      expect(special, panel.title).toMatchObject([{ options: { match: 'null+nan', result: { color: 'purple' } } }]);
    }
  });

  it('does not say of a card without readings that it is not visible', () => {
    const readings = panels.filter(({ targets }) =>
      targets.some(({ expr }) => /gpunode_gpu_(utilization|temperature)/.test(expr)),
    );
    expect(readings.map(({ title }) => title)).toEqual(['GPU load', 'GPU temperature and power']);
    for (const { fieldConfig } of readings) expect(fieldConfig.defaults.noValue).toContain('or none can be read');
  });

  it('never colours by thresholds', () => {
    expect(panels.filter((panel) => JSON.stringify(panel).includes('"thresholds":'))).toEqual([]);
  });
});

describe('together', () => {
  it('they answer for every alert', () => {
    const named = new Set(panels.flatMap(({ description }) => description.match(/\bGpuNode\w+/g) ?? []));
    const without = readAlertRules().map(({ alert }) => alert);
    expect(without.filter((alert) => !named.has(alert))).toEqual([]);
  });

  it('they show something of every collector', () => {
    const read = dashboards.flatMap((dashboard) => expressionsOf(dashboard).map(({ expr }) => expr)).join('\n');
    const unseen = catalog().filter(({ metrics }) => !metrics.some(({ name }) => read.includes(name)));
    expect(unseen.map(({ owner }) => owner)).toEqual([]);
  });

  it('they are where the alerts’ links lead', () => {
    const links = readAlertRules().map(({ annotations }) => annotations['dashboard_url'] ?? '');
    for (const link of links) {
      const { pathname, searchParams } = new URL(link);
      const dashboard = dashboards.find(({ uid }) => pathname === `/d/${uid}`);
      const variables = dashboard?.templating.list.map(({ name }) => `var-${name}`) ?? [];
      expect([...searchParams.keys()].filter((key) => !variables.includes(key))).toEqual([]);
    }
  });

  it('their tables ask for what is now, with labels as columns', () => {
    const tables = dashboards
      .flatMap((dashboard) => targetsOf(dashboard))
      .filter(({ panel }) => panel.type === 'table');
    expect(tables.every(({ target }) => target.format === 'table' && target.instant)).toBe(true);
  });
});

/** Of a panel, and of each column of a table. */
function stateMappings({ type, fieldConfig, options }: PanelJson) {
  const isState = type === 'state-timeline' || (type === 'stat' && options['colorMode'] === 'background');
  const filled = fieldConfig.overrides.filter(({ properties }) =>
    properties.some(({ value }) => (value as { type?: string }).type === 'color-background'),
  );
  type Mappings = typeof fieldConfig.defaults.mappings;
  const ofColumns = filled.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'mappings').map(({ value }) => value as Mappings),
  );
  const isSeverity = (mappings: Mappings): boolean => JSON.stringify(mappings).includes('CRITICAL');
  return [...(isState ? [fieldConfig.defaults.mappings] : []), ...ofColumns.filter((each) => !isSeverity(each))];
}
