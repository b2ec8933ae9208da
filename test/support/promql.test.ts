import { describe, expect, it } from 'vitest';
import { readPromql, seconds, templateQueries } from './promql.ts';

describe('readPromql', () => {
  it('tells selectors, their matchers, ranges and functions', () => {
    const { selectors, grouping } = readPromql('sum without (a) (rate(x_total{b="c",d!~"e|f"}[1h])) > on (g) y');
    expect(selectors).toEqual([
      {
        metric: 'x_total',
        matchers: [
          { label: 'b', operator: '=', value: 'c' },
          { label: 'd', operator: '!~', value: 'e|f' },
        ],
        rangeSeconds: 3_600,
        in: 'rate',
        isDelta: false,
      },
      { metric: 'y', matchers: [], isDelta: false },
    ]);
    expect(grouping).toEqual(['a', 'g']);
  });

  it.each([
    ['x{a="b"} - min_over_time(x{a="b"}[1h])', true],
    ['x{a="b"} - min_over_time(x{a="c"}[1h])', false],
    ['x - max_over_time(x[1h])', false],
    ['x > 0', false],
  ])('knows how much a counter has grown: %s', (expression, delta) => {
    expect(readPromql(expression).selectors[0]?.isDelta).toBe(delta);
  });

  it('throws where an expression does not parse', () => {
    expect(() => readPromql('rate(x[5m]')).toThrow('not PromQL');
  });
});

describe('templateQueries', () => {
  it('fills in what the template fills in', () => {
    const template =
      '{{ $of := printf "{a=%q}" $labels.a }}{{ range query (printf "x%[1]s / y%[1]s" $of) }}{{ end }}{{ query (printf "z{b=%q,c=~\\"d\\"}" $labels.b) }}';
    expect(templateQueries(template)).toEqual(['x{a="x"} / y{a="x"}', 'z{b="x",c=~"d"}']);
  });

  it('lets no query escape', () => {
    expect(() => templateQueries('{{ query "up" }}')).toThrow('cannot be read');
  });
});

describe('seconds', () => {
  it.each([
    ['15s', 15],
    ['1h30m', 5_400],
    ['500ms', 0.5],
  ])('of %s', (duration, expected) => {
    expect(seconds(duration)).toBe(expected);
  });
});
