import { expect, test } from 'vitest';
import { createGpuQueries } from '../../../src/sources/nvidia-smi/queries.ts';
import type { Budget, GpuQueries } from '../../../src/sources/nvidia-smi/queries.ts';
import { createNvidiaSmi } from '../../../src/sources/nvidia-smi/runner.ts';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';
import type { FakeCard } from '../../node/fake-nvidia-smi/cards.ts';
import { createTestHost } from '../../support/host.ts';
import { createFakeExec, finished } from './fake-exec.ts';
import type { FakeExec } from './fake-exec.ts';

const budget: Budget = { remainingMs: () => 1_000, signal: new AbortController().signal };

function queriesOf(fake: FakeExec): GpuQueries {
  return createGpuQueries(createNvidiaSmi(fake.exec, createTestHost().clock, ['nvidia-smi']));
}

const fieldsOf = (args: readonly string[]): string[] =>
  args
    .find((each) => each.startsWith('--query-gpu='))
    ?.slice('--query-gpu='.length)
    .split(',') ?? [];

test('fields that this nvidia-smi does not know are found out once', async () => {
  const fake = createFakeExec({ driver: '470.256.02' });
  const queries = queriesOf(fake);
  expect((await queries.cards(budget, [])).kind).toBe('cards');
  expect(fake.calls).toHaveLength(3);
  expect(queries.lacks('memory.reserved') && queries.lacks('remapped_rows.pending')).toBe(true);
  // Learning is not failing.
  expect(queries.takeExitCodes()).toEqual([0]);
  await queries.cards(budget, []);
  expect(fake.calls).toHaveLength(4);
});

test('a driver upgrade while we run: all fields are asked for again', async () => {
  const card = { ...h100(), driver_version: '470.256.02' };
  const fake = createFakeExec({ driver: '470.256.02', cards: [card] });
  const queries = queriesOf(fake);
  await queries.cards(budget, []);
  expect(queries.lacks('memory.reserved')).toBe(true);
  // Old library, new kernel module.
  fake.override = () =>
    finished({ exitCode: 18, stdout: 'Failed to initialize NVML: Driver/library version mismatch\n' });
  expect(await queries.cards(budget, [])).toMatchObject({ kind: 'failed', reason: 'unavailable' });
  fake.override = undefined;
  fake.setup = { ...fake.setup, driver: '590.48.01', cards: [{ ...card, driver_version: '590.48.01' }] };
  await queries.cards(budget, []);
  expect(fieldsOf(fake.calls.at(-1) ?? [])).toContain('memory.reserved');
  // And back.
  fake.setup = { ...fake.setup, driver: '550.163.01', cards: [{ ...card, driver_version: '550.163.01' }] };
  expect((await queries.cards(budget, [])).kind).toBe('cards');
  expect(queries.lacks('remapped_rows.pending')).toBe(true);
});

test('an nvidia-smi that knows nothing that we ask does not make us ask for ever', async () => {
  const fake = createFakeExec();
  fake.override = (args) => {
    const field = fieldsOf(args)[0] ?? 'uuid';
    return finished({ exitCode: 2, stdout: `Field "${field}" is not a valid field to query.\n\n` });
  };
  expect(await queriesOf(fake).cards(budget, [])).toMatchObject({ kind: 'failed', reason: 'invalid' });
  expect(fake.calls.length).toBeLessThan(40);
});

test('a warning before the rows is none of them', async () => {
  const fake = createFakeExec();
  fake.override = (_args, good) => ({
    ...good,
    exitCode: 14,
    stdout: `\nWARNING: infoROM is corrupted at gpu 0000:09:00.0\n${good.stdout}`,
  });
  const answer = await queriesOf(fake).cards(budget, []);
  expect(answer).toMatchObject({ kind: 'cards', cards: { count: 1 }, complaint: expect.stringContaining('infoROM') });
});

test('one lost card hides all others up to 550: they are asked for one by one', async () => {
  const cards: FakeCard[] = [h100(0), h100(1), h100(2)].map((card) => ({ ...card, count: '3' }));
  const fake = createFakeExec({
    mode: 'lost-card',
    lostCard: 1,
    lostAs: 'no-rows',
    cards,
    processes: [{ card: 2, pid: 41, usedMiB: 700 }],
  });
  const queries = queriesOf(fake);
  const answer = await queries.cards(budget, []);
  expect(answer).toMatchObject({ kind: 'cards', cards: { count: 3, cards: [{ index: '0' }, { index: '2' }] } });
  expect(queries.takeExitCodes()[0]).toBe(15);
  const oneByOne = answer.kind === 'cards' ? answer.oneByOne : undefined;
  expect(await queries.processes(budget, oneByOne)).toMatchObject([{ pid: 41, uuid: cards[2]?.['uuid'] }]);
});

test('without a list, the cards that were seen before are asked for', async () => {
  const fake = createFakeExec({ mode: 'lost-card', lostCard: 0, lostAs: 'no-rows', cards: [h100(0), h100(1)] });
  fake.override = (args, good) =>
    args.includes('-L') ? finished({ exitCode: 15, stdout: 'Unable to determine' }) : good;
  const known = [h100(0)['uuid'] ?? '', h100(1)['uuid'] ?? ''];
  const answer = await queriesOf(fake).cards(budget, known);
  expect(answer).toMatchObject({ kind: 'cards', cards: { cards: [{ uuid: known[1] }] } });
});

test('no time to ask for each: those that are listed are there', async () => {
  const cards = [h100(0), h100(1), h100(2)];
  const fake = createFakeExec({ mode: 'lost-card', lostCard: 1, lostAs: 'no-rows', cards });
  const queries = queriesOf(fake);
  const short: Budget = { ...budget, remainingMs: () => (fake.calls.length < 3 ? 1_000 : 0) };
  const listed = [cards[0]?.['uuid'], cards[2]?.['uuid']];
  expect(await queries.cards(short, [])).toMatchObject({ kind: 'cards', cards: { cards: [{ index: '0' }], listed } });
});

test('a process list that fails says so, an empty one does not', async () => {
  const fake = createFakeExec();
  const queries = queriesOf(fake);
  expect(await queries.processes(budget, undefined)).toEqual([]);
  fake.override = () => finished({ exitCode: 0 });
  expect(await queries.processes(budget, undefined)).toEqual([]);
  fake.override = () => finished({ exitCode: 4, stdout: 'Failed to initialize NVML: Insufficient Permissions\n' });
  await expect(queries.processes(budget, undefined)).rejects.toMatchObject({ reason: 'denied' });
  fake.override = () => finished({ exitCode: 4 });
  await expect(queries.processes(budget, undefined)).rejects.toMatchObject({ reason: 'denied' });
});

test('no time left: nothing is started', async () => {
  const fake = createFakeExec();
  const answer = await queriesOf(fake).cards({ ...budget, remainingMs: () => 0 }, []);
  expect(answer).toMatchObject({ kind: 'failed', reason: 'timeout' });
  expect(fake.calls).toEqual([]);
});
