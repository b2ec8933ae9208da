import { describe, expect, it } from 'vitest';
import { readRules, seriesDefinitions, wrongMatchers } from '../support/promql-catalog.ts';
import { readPromql, templateQueries } from '../support/promql.ts';
import { healthyNode } from './healthy-node.ts';

const rules = readRules();
const expressions = rules.flatMap(({ alert, record, expr, annotations = {} }) => [
  { of: alert ?? record ?? '', expr },
  ...Object.values(annotations).flatMap((text) =>
    templateQueries(text).map((query) => ({ of: `${alert}, text`, expr: query })),
  ),
]);
const selectors = expressions.flatMap(({ of, expr }) =>
  readPromql(expr).selectors.map((selector) => ({ of, selector })),
);
const records: ReadonlySet<string> = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));

describe('the expressions of rules and of their texts', () => {
  it('read metrics that exist', () => {
    const unknown = selectors.filter(
      ({ selector: { metric } }) => !seriesDefinitions.has(metric) && !records.has(metric),
    );
    expect(unknown.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('match labels that these metrics have, and values that these labels can have', () => {
    expect(selectors.flatMap(({ of, selector }) => wrongMatchers(selector).map((wrong) => `${of}: ${wrong}`))).toEqual(
      [],
    );
  });

  it('group by labels that exist', () => {
    const labels = new Set(['job', 'instance', ...[...seriesDefinitions.values()].flatMap((each) => each.labels)]);
    const wrong = expressions.flatMap(({ of, expr }) =>
      readPromql(expr)
        .grouping.filter((label) => !labels.has(label))
        .map((label) => `${of}: ${label}`),
    );
    expect(wrong).toEqual([]);
  });

  it('never take away the job or the instance', () => {
    expect(expressions.filter(({ expr }) => /\bby\s*\(|without\s*\([^)]*\b(job|instance)\b/.test(expr))).toEqual([]);
  });

  it('take counters for what they are', () => {
    const forCounters = ['rate', 'increase', 'resets', 'min_over_time'];
    const wrong = selectors.filter(({ selector }) => {
      const type = seriesDefinitions.get(selector.metric)?.type;
      if (type === 'counter') return !selector.isDelta && !forCounters.includes(selector.in ?? '');
      return ['rate', 'increase', 'resets'].includes(selector.in ?? '');
    });
    expect(wrong.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('look at ranges of at least four scrapes', () => {
    const short = selectors.filter(({ selector: { rangeSeconds = 60 } }) => rangeSeconds < 4 * 15);
    expect(short.map(({ of, selector }) => `${of}: ${selector.metric}`)).toEqual([]);
  });

  it('write ages and spans as minutes or hours, so that a reader sees them and a demo can divide them', () => {
    const stateCodes = [100, 200, 1000];
    const wrong = expressions.filter(({ expr }) => {
      const bare = expr.replace(/"[^"]*"|\[\w+\]|[a-z_:][\w:]*|\d+ \* (?:60|3600)\b/gi, '');
      return [...bare.matchAll(/\d+/g)].some(
        ([number]) => Number(number) >= 60 && !stateCodes.includes(Number(number)),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('ask for the absence only of what is pinned', () => {
    const absents = selectors.filter(({ selector }) => selector.in?.startsWith('absent') === true);
    expect(absents.length).toBeGreaterThan(0);
    const loose = absents.filter(
      ({ selector: { matchers } }) => matchers.length === 0 || matchers.some(({ operator }) => operator !== '='),
    );
    expect(loose).toEqual([]);
  });

  it('pin the job only where a target can be away', () => {
    const pinned = rules.filter(({ expr }) =>
      readPromql(expr).selectors.some(({ matchers }) => matchers.some(({ label }) => label === 'job')),
    );
    expect(pinned.map(({ alert }) => alert)).toEqual(['GpuNodeExporterDown', 'GpuNodeExporterAbsent']);
  });
});

describe('the healthy node of the stories', () => {
  it('has every metric that the rules read', () => {
    const there = new Set(Object.keys(healthyNode()).map((key) => key.replace(/\{.*/, '')));
    const read = rules.flatMap(({ expr }) => readPromql(expr).selectors.map(({ metric }) => metric));
    expect([...new Set(read)].filter((metric) => !there.has(metric) && !records.has(metric))).toEqual([]);
  });
});
