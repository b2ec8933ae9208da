/** Every recorded state of real nvidia-smi programs through the collector: what a careful person reads in it. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { capturePath, h100 } from '../../node/fake-nvidia-smi/cards.ts';
import { createFakeExec } from '../../sources/nvidia-smi/fake-exec.ts';
import { createRig, lines } from './gpu-rig.ts';

const versions = ['470.256.02', '550.163.01', '595.99.02'] as const;

interface Reading {
  /** Exit code, one for all versions or one for each. */
  readonly exit: number | readonly [number, number, number];
  readonly visible?: number;
  /** Readable, card by card. */
  readonly readable?: readonly number[];
  /** Errors in the cells of card 1. */
  readonly errors?: readonly string[];
  /** Does card 1 say how much memory it has? */
  readonly memory?: boolean;
  readonly failed?: string;
}

const states: Record<string, Reading> = {
  healthy: { exit: 0, visible: 3, readable: [1, 1, 1], errors: [], memory: true },
  'fields-lost': { exit: 0, visible: 3, readable: [1, 0, 1], errors: ['lost'], memory: false },
  'fields-reset-required': { exit: 0, visible: 3, readable: [1, 0, 1], errors: ['reset_required'], memory: false },
  'fields-unknown': { exit: 0, visible: 3, readable: [1, 0, 1], errors: ['unknown_error'], memory: false },
  'fields-no-permission': { exit: 0, visible: 3, readable: [1, 1, 1], errors: ['no_permission'], memory: false },
  'fields-memory-util-no-permission': {
    exit: 0,
    visible: 3,
    readable: [1, 1, 1],
    errors: ['no_permission'],
    memory: false,
  },
  'fields-function-not-found': { exit: 0, visible: 3, readable: [1, 1, 1], errors: ['other'], memory: false },
  'fields-not-supported': { exit: 0, visible: 3, readable: [1, 1, 1], errors: [], memory: false },
  'fields-deprecated': { exit: 0, visible: 3, readable: [1, 1, 1], errors: [], memory: false },
  'handle-lost': { exit: [15, 15, 0], visible: 2, readable: [1, 1] },
  'handle-reset-required': { exit: [255, 255, 0], visible: 2, readable: [1, 1] },
  'handle-unknown': { exit: [255, 255, 0], visible: 2, readable: [1, 1] },
  'handle-not-found': { exit: [6, 0, 0], visible: 2, readable: [1, 1] },
  'handle-no-permission': { exit: 0, visible: 2, readable: [1, 1] },
  'no-devices': { exit: 6, visible: 0, readable: [] },
  'no-driver': { exit: 9, visible: 0, readable: [] },
  'no-library': { exit: 12, visible: 0, readable: [] },
  'init-driver-not-loaded': { exit: 9, visible: 0, readable: [] },
  'init-gpu-is-lost': { exit: 15, visible: 0, readable: [] },
  'init-reset-required': { exit: 255, visible: 0, readable: [] },
  'init-insufficient-permissions': { exit: 4, failed: 'denied' },
  'init-blocked-by-os': { exit: 17, failed: 'denied' },
  'init-version-mismatch': { exit: [255, 18, 18], failed: 'unavailable' },
  'init-unknown-error': { exit: 255, failed: 'unavailable' },
  'count-unknown-error': { exit: 255, failed: 'unavailable' },
  'bad-field': { exit: 2, failed: 'invalid' },
};

const recorded = new Set(readdirSync(capturePath('recorded')));
const cases = Object.entries(states).flatMap(([state, reading]) =>
  versions.map((version, index) => [`${version}-${state}`, reading, index] as const),
);

test('every recording is read', () => {
  const names = new Set(cases.map(([name]) => name));
  const unread = [...recorded].filter((file) => ![...names].some((name) => file.startsWith(name)));
  expect(unread.filter((file) => !/field-removed-or-not-yet|apps-odd-names/.test(file))).toEqual([]);
});

const there = cases.filter(([name]) => [...recorded].some((file) => file.startsWith(name)));
const exitOf = ({ exit }: Reading, index: number): number | undefined =>
  typeof exit === 'number' ? exit : exit[index];

test.each(there.filter(([, { failed }]) => failed === undefined))('%s', async (name, reading, index) => {
  const rig = createRig({ exec: createFakeExec({ recorded: name }).exec, config: { expected_count: 3 } });
  const outcome = await rig.collect();
  expect(outcome.ok).toBe(true);
  expect(lines(outcome, 'gpu_query', 'gpus_')).toEqual([
    `gpu_query_exit_code ${exitOf(reading, index)}`,
    'gpu_query_stuck_seconds 0',
    'gpus_expected 3',
    `gpus_visible ${reading.visible}`,
  ]);
  expect(lines(outcome, 'gpu_readable').map((line) => Number(line.at(-1)))).toEqual(reading.readable);
  const card = 'uuid=GPU-01000100-0000-0000-0000-000000000001';
  const errors = lines(outcome, 'gpu_unreadable_cells').filter((line) => line.includes(card) && !line.endsWith(' 0'));
  expect(errors.map((line) => /kind=(\w+)/.exec(line)?.[1])).toEqual(reading.errors ?? []);
  const memory = lines(outcome, 'gpu_memory_used').filter((line) => line.includes(card));
  expect(memory).toEqual(reading.memory ? [`gpu_memory_used_bytes{${card}} 0`] : []);
});

test.each(there.filter(([, { failed }]) => failed !== undefined))('%s fails', async (name, reading, index) => {
  const rig = createRig({ exec: createFakeExec({ recorded: name }).exec, config: { expected_count: 3 } });
  const outcome = await rig.collect();
  expect(outcome).toMatchObject({ ok: false, reason: reading.failed });
  expect(lines(outcome)).toEqual([
    `gpu_query_exit_code ${exitOf(reading, index)}`,
    'gpu_query_stuck_seconds 0',
    'gpus_expected 3',
  ]);
});

test.each<[string, string | undefined]>([
  ['a driver and no card', '550.163.01-no-devices'],
  ['nothing at all', undefined],
])('without a card, none is expected: %s', async (_what, state) => {
  const fake = createFakeExec(state === undefined ? {} : { recorded: state });
  const missing = {
    stdout: '',
    stderr: '',
    spawnError: { code: 'ENOENT', message: 'spawn nvidia-smi ENOENT' },
    timedOut: false,
    outputTruncated: false,
    exited: Promise.resolve(),
  };
  const rig = createRig({ exec: state === undefined ? () => Promise.resolve(missing) : fake.exec });
  const outcome = await rig.collect();
  expect(outcome.ok).toBe(true);
  expect(lines(outcome)).toEqual([
    `gpu_query_exit_code ${state === undefined ? 127 : 6}`,
    'gpu_query_stuck_seconds 0',
    'gpus_expected 0',
    'gpus_visible 0',
  ]);
  // No noise.
  expect(rig.host.lines).toEqual([]);
});

test('corrupted infoROM: exit 14 with good data', async () => {
  const fake = createFakeExec({ cards: [h100()] });
  fake.override = (_args, good) => ({
    ...good,
    exitCode: 14,
    stdout: `${good.stdout}WARNING: infoROM is corrupted at gpu 0008:00:00.0\n`,
  });
  const outcome = await createRig({ exec: fake.exec }).collect();
  expect(outcome.ok).toBe(true);
  expect(lines(outcome, 'gpu_query_exit_code', 'gpus_visible')).toEqual(['gpu_query_exit_code 14', 'gpus_visible 1']);
  expect(outcome.ok && outcome.facts.message).toBe('WARNING: infoROM is corrupted at gpu 0008:00:00.0');
});
