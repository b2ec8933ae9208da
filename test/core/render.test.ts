import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/core/contract.ts';
import { renderSamples } from '../../src/core/render.ts';
import { sample, stateSet } from '../../src/core/samples.ts';
import { invalidSample } from '../../src/core/validate.ts';

const gauge: MetricDefinition = {
  name: 'gpunode_test_state',
  type: 'gauge',
  help: 'State of a program.',
  labels: ['program', 'state'],
  values: { state: ['ON', 'OFF'] },
};
const histogram: MetricDefinition = {
  name: 'gpunode_test_seconds',
  type: 'histogram',
  help: 'Lengths.',
  labels: ['program'],
  buckets: [1, 2.5],
};

describe('rendering', () => {
  it('renders gauges and stored histograms in text format', async () => {
    const text = await renderSamples([
      ...stateSet(gauge, 'state', { program: 'a"b\\c\nd' }, 'ON'),
      sample(histogram, { program: 'a' }, { buckets: [1, 3], sum: 4.5, count: 4 }),
    ]);
    expect(text).toBe(
      [
        '# HELP gpunode_test_state State of a program.',
        '# TYPE gpunode_test_state gauge',
        String.raw`gpunode_test_state{program="a\"b\\c\nd",state="ON"} 1`,
        String.raw`gpunode_test_state{program="a\"b\\c\nd",state="OFF"} 0`,
        '',
        '# HELP gpunode_test_seconds Lengths.',
        '# TYPE gpunode_test_seconds histogram',
        'gpunode_test_seconds_bucket{le="1",program="a"} 1',
        'gpunode_test_seconds_bucket{le="2.5",program="a"} 3',
        'gpunode_test_seconds_bucket{le="+Inf",program="a"} 4',
        'gpunode_test_seconds_sum{program="a"} 4.5',
        'gpunode_test_seconds_count{program="a"} 4',
        '',
      ].join('\n'),
    );
  });

  it('renders any label text so that promtool accepts it', async () => {
    const names = fc.sample(fc.string({ unit: 'binary', maxLength: 20 }), 50);
    const samples = names.map((program, index) =>
      sample(histogram, { program: `${index} ${program}` }, emptyHistogram),
    );
    const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
      input: await renderSamples(samples),
    });
    expect(`${String(stdout)}${String(stderr)}`).toBe('');
    expect(status).toBe(0);
  });
});

const emptyHistogram = { buckets: [0, 0], sum: 0, count: 0 };

describe('refused samples', () => {
  it.each([
    ['a missing label', sample(gauge, { program: 'a' }, 1), 'label state is missing'],
    [
      'a label that is not declared',
      sample(gauge, { program: 'a', state: 'ON', pid: '1' }, 1),
      'label pid is not declared',
    ],
    [
      'a value outside of a closed set',
      sample(gauge, { program: 'a', state: 'MAYBE' }, 1),
      'label state may not be "MAYBE"',
    ],
    ['NaN', sample(gauge, { program: 'a', state: 'ON' }, Number.NaN), 'NaN is not a reading'],
    ['infinity', sample(gauge, { program: 'a', state: 'ON' }, Infinity), 'Infinity is not a reading'],
    ['a histogram as one number', sample(histogram, { program: 'a' }, 1), 'a histogram needs buckets, sum and count'],
    [
      'bucket counts that fall',
      sample(histogram, { program: 'a' }, { buckets: [3, 1], sum: 1, count: 3 }),
      'bucket counts must be cumulative',
    ],
    [
      'too few buckets',
      sample(histogram, { program: 'a' }, { buckets: [3], sum: 1, count: 3 }),
      'the number of buckets differs from the definition',
    ],
  ])('%s', (_what, each, problem) => {
    expect(invalidSample(each)).toBe(`${each.metric.name}: ${problem}`);
  });
});
