import { describe, expect, it } from 'vitest';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';
import { createFakeExec, finished } from '../../sources/nvidia-smi/fake-exec.ts';
import { bareMetal, createRig, lines } from './gpu-rig.ts';

const cards = [h100(0), h100(1)].map((card) => ({ ...card, count: '2' }));
const [a, b] = [h100(0)['uuid'], h100(1)['uuid']];

describe('expected cards', () => {
  it('are the most that were ever seen, also by the exporter before', async () => {
    const fake = createFakeExec({ cards });
    const first = await createRig({ exec: fake.exec }).collect();
    fake.setup = { ...fake.setup, cards: cards.slice(0, 1).map((card) => ({ ...card, count: '1' })) };
    const rig = createRig({ exec: fake.exec, restored: structuredClone(first.saved?.data) });
    const second = await rig.collect();
    expect(lines(second, 'gpus_')).toEqual(['gpus_expected 2', 'gpus_visible 1']);
    expect(second.ok && second.facts.missing).toMatchObject([{ uuid: b, index: '1' }]);
  });

  it('are what is configured, which is then remembered', async () => {
    const fake = createFakeExec({ cards });
    const first = await createRig({ exec: fake.exec }).collect();
    const lowered = createRig({ exec: fake.exec, config: { expected_count: 1 }, restored: first.saved?.data });
    fake.setup = { ...fake.setup, cards: cards.slice(0, 1).map((card) => ({ ...card, count: '1' })) };
    const second = await lowered.collect();
    expect(lines(second, 'gpus_expected')).toEqual(['gpus_expected 1']);
    const third = await createRig({ exec: fake.exec, restored: second.saved?.data }).collect();
    expect(lines(third, 'gpus_')).toEqual(['gpus_expected 1', 'gpus_visible 1']);
    expect(third.ok && third.facts.missing).toEqual([]);
  });

  it('are not fewer than the driver counts, though it prints fewer', async () => {
    const fake = createFakeExec({ cards, mode: 'lost-card', lostCard: 0, lostAs: 'missing-row' });
    expect(lines(await createRig({ exec: fake.exec }).collect(), 'gpus_')).toEqual([
      'gpus_expected 2',
      'gpus_visible 1',
    ]);
  });

  it.each([
    ['on bare metal what is on the PCI bus', { controllers: 4, deviceNodes: 1 }, 4],
    ['in a container what it was given', { controllers: 8, deviceNodes: 1, container: true }, 1],
    ['in a container without cards none', { controllers: 8, container: true }, 0],
  ])('are at least %s', async (_what, hardware, expected) => {
    const rig = createRig({ exec: createFakeExec({ mode: 'no-driver' }).exec });
    rig.hardware = { ...bareMetal, ...hardware };
    expect(lines(await rig.collect(), 'gpus_')).toEqual([`gpus_expected ${expected}`, 'gpus_visible 0']);
  });

  it('are told while nvidia-smi gives no answer', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    await rig.collect();
    fake.override = () => finished({ timedOut: true });
    const outcome = await rig.collect();
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout' });
    expect(lines(outcome)).toEqual(['gpu_query_stuck_seconds 0', 'gpus_expected 2']);
  });
});

describe('cards come and go', () => {
  it('and each time that is one event', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    expect((await rig.collect()).events).toEqual([]);
    fake.setup = { ...fake.setup, mode: 'lost-card', lostCard: 1, lostAs: 'missing-row' };
    const lost = await rig.collect();
    expect(lost.events).toMatchObject([{ kind: 'gpu', subject: b, detail: 'lost' }]);
    expect(lost.saved?.changed).toBe('counters');
    const still = await rig.collect();
    expect([still.events, still.saved?.changed]).toEqual([[], 'none']);
    fake.setup = { ...fake.setup, mode: 'ok' };
    expect((await rig.collect()).events).toMatchObject([{ kind: 'gpu', subject: b, detail: 'returned' }]);
  });

  it('a card replaced by another is not missed', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    await rig.collect();
    fake.setup = {
      ...fake.setup,
      cards: [cards[0] ?? {}, { ...cards[1], uuid: 'GPU-99999999-0000-0000-0000-000000000000' }],
    };
    const outcome = await rig.collect();
    expect(outcome.ok && outcome.facts.missing).toEqual([]);
    expect(outcome.events).toMatchObject([{ subject: b, detail: 'lost' }]);
  });

  it('those that only the list still has are there, without readings', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    await rig.collect();
    fake.setup = { ...fake.setup, mode: 'lost-card', lostCard: 1, lostAs: 'no-rows' };
    const message = 'Unable to determine the device handle for GPU0000:0A:00.0: GPU is lost.\n';
    fake.override = (args, good) => (args.includes('-L') ? good : finished({ exitCode: 15, stdout: message }));
    const outcome = await rig.collect();
    expect(lines(outcome, 'gpus_', 'gpu_info')).toEqual(['gpus_expected 2', 'gpus_visible 1']);
    expect(outcome.events).toMatchObject([{ subject: b, detail: 'lost' }]);
  });

  it('one that cannot name itself any more is known by its place', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    await rig.collect();
    const token = '[Unknown Error]';
    fake.setup = {
      ...fake.setup,
      cards: [cards[0] ?? {}, { ...cards[1], uuid: token, name: token, 'memory.used': token }],
    };
    const outcome = await rig.collect();
    expect(outcome.events).toEqual([]);
    expect(lines(outcome, 'gpu_readable', 'gpus_visible')).toEqual([
      `gpu_readable{uuid=${a}} 1`,
      `gpu_readable{uuid=${b}} 0`,
      'gpus_visible 2',
    ]);
    expect(lines(outcome, 'gpu_info')[1]).toContain('name=NVIDIA H100 80GB HBM3');
  });

  it('one that tells nothing but its uuid keeps its name and its place', async () => {
    const fake = createFakeExec({ cards });
    const rig = createRig({ exec: fake.exec });
    const before = lines(await rig.collect(), 'gpu_info');
    const lost = Object.fromEntries(Object.keys(cards[1] ?? {}).map((field) => [field, '[GPU is lost]']));
    fake.setup = { ...fake.setup, cards: [cards[0] ?? {}, { ...lost, uuid: String(b), driver_version: '590.48.01' }] };
    for (let round = 0; round < 2; round += 1) expect(lines(await rig.collect(), 'gpu_info')).toEqual(before);
  });
});

describe('a lost card', () => {
  it('has no readings but tokens, and stays visible', async () => {
    const fake = createFakeExec({ cards, mode: 'lost-card', lostCard: 1, lostAs: 'tokens' });
    const outcome = await createRig({ exec: fake.exec }).collect();
    const its = lines(outcome).filter((line) => line.includes(`uuid=${b}`) && !/program|owner/.test(line));
    expect(its).toEqual([
      `gpu_info{uuid=${b},index=1,name=NVIDIA H100 80GB HBM3,driver_version=590.48.01,pci_bus_id=00000000:0A:00.0} 1`,
      `gpu_readable{uuid=${b}} 0`,
      `gpu_unreadable_cells{uuid=${b},kind=lost} 15`,
      `gpu_unreadable_cells{uuid=${b},kind=no_permission} 0`,
      `gpu_unreadable_cells{uuid=${b},kind=other} 0`,
      `gpu_unreadable_cells{uuid=${b},kind=reset_required} 0`,
      `gpu_unreadable_cells{uuid=${b},kind=unknown_error} 0`,
    ]);
    expect(lines(outcome, 'gpus_')).toEqual(['gpus_expected 2', 'gpus_visible 2']);
  });
});

describe('row remaps', () => {
  it('are asked for separately, and seldom, where the driver does not tell them with the cards', async () => {
    const card = { ...h100(), driver_version: '550.163.01', 'remapped_rows.pending': '1' };
    const fake = createFakeExec({ driver: '550.163.01', cards: [card] });
    const rig = createRig({ exec: fake.exec });
    for (let round = 0; round < 10; round += 1) {
      expect(lines(await rig.collect(), 'gpu_repair_pending')).toEqual([
        `gpu_repair_pending{uuid=${a},kind=row_remap} 1`,
      ]);
      rig.host.clock.nowMs += 15_000;
    }
    const asked = (): number => fake.calls.filter((args) => args.some((each) => each.includes('remapped-rows'))).length;
    expect(asked()).toBe(1);
    rig.host.clock.nowMs += 5 * 60_000;
    await rig.collect();
    expect(asked()).toBe(2);
  });

  it('an nvidia-smi that does not know the query is no failure', async () => {
    const fake = createFakeExec({ driver: '470.256.02', cards: [{ ...h100(), driver_version: '470.256.02' }] });
    fake.override = (args, good) =>
      args.some((each) => each.includes('remapped-rows'))
        ? finished({ exitCode: 2, stdout: 'Invalid combination of input arguments.\n' })
        : good;
    const outcome = await createRig({ exec: fake.exec }).collect();
    expect([outcome.ok, lines(outcome, 'gpu_repair_pending')]).toEqual([true, []]);
  });

  it('from 580 come with the cards, without another query', async () => {
    const fake = createFakeExec({
      cards: [{ ...h100(), 'remapped_rows.pending': 'Yes', 'retired_pages.pending': 'No' }],
    });
    expect(lines(await createRig({ exec: fake.exec }).collect(), 'gpu_repair_pending')).toEqual([
      `gpu_repair_pending{uuid=${a},kind=page_retirement} 0`,
      `gpu_repair_pending{uuid=${a},kind=row_remap} 1`,
    ]);
    expect(fake.calls).toHaveLength(2);
  });
});

it('says once that persistence mode is off', async () => {
  const rig = createRig({ exec: createFakeExec({ cards: [{ ...h100(), persistence_mode: 'Disabled' }] }).exec });
  await rig.collect();
  await rig.collect();
  expect(rig.host.lines.filter(({ message }) => message.startsWith('persistence mode is off'))).toHaveLength(1);
});

it('garbage with exit 0, half a row and nothing at all are invalid', async () => {
  const fake = createFakeExec();
  const rig = createRig({ exec: fake.exec });
  for (const spoil of [() => '\u0000%s{"a":[1,2\n', (text: string) => text.slice(0, -30), () => '']) {
    fake.override = (_args, good) => ({ ...good, stdout: spoil(good.stdout) });
    expect(await rig.collect()).toMatchObject({ ok: false, reason: 'invalid' });
  }
});
