import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/sources/tail/rotated-names.ts';

describe('the name of a file beside a log', () => {
  it.each([
    ['app.log', 'app.log.1', 'number', undefined],
    ['app.log', 'app.log.12.gz', 'number', 'gz'],
    ['app.log', 'app.1.log', 'number', undefined],
    ['app.log', 'app.log-20260115', 'date', undefined],
    ['app.log', 'app.log-20260115.zst', 'date', 'zst'],
    ['app.log', 'app.log-1768435200', 'date', undefined],
    ['app.log', 'app.log.2026-01-15_10-00-00', 'date', undefined],
    ['app.log', 'app-20260115.log', 'date', undefined],
    ['app.log', 'app.log.old', 'single', undefined],
    ['app.log', 'app.log~', 'single', undefined],
    ['llama.err', 'llama.err.1', 'number', undefined],
    ['app.log', 'app.log.gz', 'other', 'gz'],
    ['app.log', 'app.log.before-upgrade', 'other', undefined],
  ])('%s: %s is %s', (base, name, scheme, compression) => {
    expect(classify(base, name, false)).toMatchObject({ scheme, compression });
  });

  it.each([
    ['worker.log', 'worker-gpu.log'],
    ['app.log', 'app.log'],
    ['app.log', 'other.log.1'],
    ['app', 'application.1'],
  ])('%s: %s is no generation of it', (base, name) => {
    expect(['number', 'date', 'single']).not.toContain(classify(base, name, false)?.scheme);
  });

  it('beside the target of a link may differ in its date', () => {
    expect(classify('app-20260116.log', 'app-20260115.log', true)).toMatchObject({ scheme: 'date' });
    expect(classify('app-20260116.log', 'app-20260115.log', false)).toBeUndefined();
  });

  it.each([
    [['app.log.10', 'app.log.2', 'app.log.1.gz']],
    [['app.log-20251231', 'app.log-20260101', 'app.log-20260102.gz']],
  ])('orders generations from the oldest: %s', (names) => {
    const orders = names.map((name) => classify('app.log', name, false)?.order ?? '');
    expect(orders.toSorted()).toEqual(orders);
  });
});
