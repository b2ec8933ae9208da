import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../src/checklist/evaluate.ts';
import { items } from '../../src/checklist/items.ts';
import type { ChecklistItem, FactSource, Known, NodeView } from '../../src/checklist/types.ts';
import type { TimedEvent } from '../../src/core/contract.ts';
import { failed, healthyView, nowMs } from './healthy-view.ts';

const healthy = healthyView();
const sources = ['supervisor', 'resources', 'endpoints', 'gpu', 'models', 'logs', 'host', 'artifacts'] as const;

/** Facts as they are, hollowed out, or of another shape altogether. */
function factsOf(name: FactSource): fc.Arbitrary<unknown> {
  const whole = (healthy[name] as Extract<Known<unknown>, { kind: 'known' }>).facts as Record<string, unknown>;
  const hollow = fc.record(
    Object.fromEntries(
      Object.entries(whole).map(([key, value]) => [
        key,
        Array.isArray(value)
          ? fc.subarray(value as unknown[]).map((list) => list.map(withoutSome))
          : fc.constant(value),
      ]),
    ),
  );
  return fc.oneof(fc.constant(whole), hollow, fc.constant({}), fc.anything());
}

function withoutSome(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter((_, index) => index % 2 === 0));
}

function knownOf(name: FactSource): fc.Arbitrary<Known<unknown>> {
  return fc.oneof(
    factsOf(name).map((facts) => ({ kind: 'known' as const, facts, health: [] })),
    fc.constantFrom<Known<unknown>>({ kind: 'off' }, { kind: 'waiting' }, failed('timeout'), failed('denied')),
  );
}

const events: fc.Arbitrary<TimedEvent[]> = fc.array(
  fc.record(
    {
      id: fc.string(),
      atMs: fc.integer({ min: nowMs - 100_000_000, max: nowMs + 100_000 }),
      kind: fc.constantFrom('start', 'exit', 'oom', 'log', 'gpu', ''),
      subject: fc.constantFrom('llama', 'fastapi', 'host', ''),
      detail: fc.constantFrom('respawn', 'requested', 'unexpected 1', 'stopped', 'gpu_oom', ''),
      value: fc.double(),
    },
    { requiredKeys: ['id', 'atMs', 'kind', 'subject'] },
  ),
);

const views = fc
  .tuple(fc.record(Object.fromEntries(sources.map((name) => [name, knownOf(name)]))), events)
  .map(([known, history]): NodeView => ({ ...healthy, ...known, events: history }));

it('never throws, whatever it is shown, and passes nothing without facts of all that it needs', () => {
  fc.assert(
    fc.property(views, (view) => {
      for (const item of items) {
        for (const verdict of evaluate([item], view, () => ['llama', 'seen before'])) {
          const hasFacts = item.needs.every((name) => view[name].kind === 'known');
          expect(verdict.status === 'pass' && !hasFacts).toBe(false);
          expect(['pass', 'fail', 'unknown']).toContain(verdict.status);
        }
      }
    }),
    { numRuns: 300 },
  );
});

it('passes a healthy node', () => {
  const verdicts = evaluate(items, healthy, () => []);
  expect(verdicts.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(verdicts.length).toBeGreaterThanOrEqual(20);
});

it('passes nothing while nothing is known', () => {
  for (const known of [{ kind: 'waiting' } as const, failed('denied'), failed('error')]) {
    const view = { ...healthy, ...Object.fromEntries(sources.map((name) => [name, known])) };
    expect(evaluate(items, view, () => []).filter(({ status }) => status !== 'unknown')).toEqual([]);
  }
});

it('says nothing yet of what has not been looked at, but for the command', () => {
  const view = { ...healthy, supervisor: { kind: 'waiting' } as const };
  const [verdict] = evaluate(items, view, () => []);
  expect(verdict).toMatchObject({
    status: 'unknown',
    evidence: 'not looked at yet',
    command: 'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf pid',
    runbook: 'GpuNodeSupervisorDown',
    waiting: true,
    settling: true,
  });
});

it('a mistake in one item is told, is no pass, and takes none of the others away', () => {
  const first = items[0] as ChecklistItem;
  const broken: ChecklistItem = {
    ...first,
    judge() {
      throw new TypeError('x is undefined');
    },
  };
  const lost: ChecklistItem = {
    ...first,
    configured: () => ['node'],
    subjects() {
      throw new TypeError('y is undefined');
    },
  };
  expect(evaluate([broken, lost, first], healthy, () => []).map(({ status, evidence }) => [status, evidence])).toEqual([
    ['unknown', 'the check itself failed: x is undefined'],
    ['pass', 'supervisord 4.2.5 is RUNNING, 3 of 3 programs RUNNING'],
    ['pass', 'supervisord 4.2.5 is RUNNING, 3 of 3 programs RUNNING'],
  ]);
});
