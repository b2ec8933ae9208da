/** Whole outcomes for kinds of machines, as somebody would read them off. */
import { expect, test } from 'vitest';
import { cardsOfCapture, h100 } from '../../node/fake-nvidia-smi/cards.ts';
import { createFakeExec } from '../../sources/nvidia-smi/fake-exec.ts';
import { bareMetal, createRig, lines } from './gpu-rig.ts';

const mib = 1_048_576;
const quiet = (uuid: string | undefined): string[] =>
  ['lost', 'no_permission', 'other', 'reset_required', 'unknown_error'].map(
    (kind) => `gpu_unreadable_cells{uuid=${uuid},kind=${kind}} 0`,
  );

test('a host with MIG: the card’s memory is known, its utilization is not; processes count for the card', async () => {
  const [card] = cardsOfCapture('csv/h100-mig-590.48.01.load.query-gpu.csv');
  const uuid = card?.['uuid'];
  const processes = [
    { card: 0, pid: 21180, usedMiB: 2296 },
    { card: 0, pid: 21181, usedMiB: 1272 },
    { card: 0, pid: 21198, usedMiB: 7484 },
  ];
  // The capture was taken while they ran: what they hold is in its numbers already.
  const before = { ...card, 'memory.used': '73', 'memory.free': '81008' };
  const rig = createRig({ exec: createFakeExec({ cards: [before], processes }).exec, programs: ['llama'] });
  rig.owners = {
    21180: { kind: 'program', program: 'llama' },
    21181: { kind: 'program', program: 'llama' },
    21198: { kind: 'foreign' },
  };
  expect(lines(await rig.collect())).toEqual([
    ...['corrected', 'uncorrected'].flatMap((kind) =>
      ['aggregate', 'volatile'].map((scope) => `gpu_ecc_errors_total{uuid=${uuid},kind=${kind},scope=${scope}} 0`),
    ),
    `gpu_info{uuid=${uuid},index=0,name=NVIDIA H100 80GB HBM3,driver_version=590.48.01,pci_bus_id=00000000:00:09.0} 1`,
    `gpu_memory_free_bytes{uuid=${uuid}} ${69956 * mib}`,
    `gpu_memory_reserved_bytes{uuid=${uuid}} ${479 * mib}`,
    `gpu_memory_total_bytes{uuid=${uuid}} ${81559 * mib}`,
    `gpu_memory_used_bytes{uuid=${uuid}} ${11125 * mib}`,
    `gpu_power_limit_watts{uuid=${uuid}} 700`,
    `gpu_power_watts{uuid=${uuid}} 433.78`,
    `gpu_program_memory_bytes{uuid=${uuid},program=llama} ${(2296 + 1272) * mib}`,
    'gpu_query_exit_code 0',
    'gpu_query_stuck_seconds 0',
    `gpu_readable{uuid=${uuid}} 1`,
    `gpu_temperature_celsius{uuid=${uuid}} 53`,
    `gpu_unattributed_memory_bytes{uuid=${uuid},owner=foreign} ${7484 * mib}`,
    `gpu_unattributed_memory_bytes{uuid=${uuid},owner=orphan} 0`,
    `gpu_unattributed_memory_bytes{uuid=${uuid},owner=unknown} 0`,
    ...quiet(uuid),
    'gpus_expected 1',
    'gpus_visible 1',
  ]);
});

test('a container with one MIG device and no rights', async () => {
  const denied = '[Insufficient Permissions]';
  const fields = ['memory.total', 'memory.reserved', 'memory.used', 'memory.free', 'utilization.gpu'];
  const card = {
    ...h100(),
    ...Object.fromEntries(fields.map((field) => [field, denied])),
    'remapped_rows.pending': '[N/A]',
  };
  const processes = [{ card: 0, pid: denied, usedMiB: denied }];
  const rig = createRig({ exec: createFakeExec({ cards: [card], processes }).exec });
  rig.hardware = { ...bareMetal, controllers: 8, deviceNodes: 1, container: true, firstPidNamespace: false };
  const outcome = lines(
    await rig.collect(),
    'gpu_memory',
    'gpu_util',
    'gpu_readable',
    'gpu_unreadable',
    'gpu_program',
    'gpu_unattr',
    'gpus',
  );
  expect(outcome).toEqual([
    `gpu_readable{uuid=${h100()['uuid']}} 1`,
    ...quiet(h100()['uuid']).map((line) => line.replace('no_permission} 0', 'no_permission} 5')),
    'gpus_expected 1',
    'gpus_visible 1',
  ]);
});

test('unified memory (GB10): no memory of the card’s own, but what its processes hold', async () => {
  const none = Object.fromEntries(['total', 'reserved', 'used', 'free'].map((field) => [`memory.${field}`, '[N/A]']));
  const card = { ...h100(), ...none, name: 'NVIDIA GB10', 'power.limit': '[N/A]' };
  const rig = createRig({
    exec: createFakeExec({ cards: [card], processes: [{ card: 0, pid: 9, usedMiB: 4096 }] }).exec,
    programs: ['llama'],
  });
  rig.owners = { 9: { kind: 'program', program: 'llama' } };
  expect(lines(await rig.collect(), 'gpu_memory', 'gpu_program', 'gpu_power_limit', 'gpu_readable')).toEqual([
    `gpu_program_memory_bytes{uuid=${h100()['uuid']},program=llama} ${4096 * mib}`,
    `gpu_readable{uuid=${h100()['uuid']}} 1`,
  ]);
});

test('Jetson (Orin, Thor): no bus, hardly a reading, and a uuid that is nothing but one', async () => {
  const uuid = '54d0709b-558d-5a59-9c65-0c5fc14a21a4';
  const card = { count: '1', index: '0', name: 'Orin (nvgpu)', driver_version: '540.4.0', uuid };
  const processes = [{ card: 0, pid: 9, usedMiB: 4096 }];
  const rig = createRig({ exec: createFakeExec({ cards: [card], processes }).exec, programs: ['llama'] });
  rig.owners = { 9: { kind: 'program', program: 'llama' } };
  expect(lines(await rig.collect(), 'gpu_info', 'gpu_memory', 'gpu_program', 'gpu_readable', 'gpus')).toEqual([
    `gpu_info{uuid=${uuid},index=0,name=Orin (nvgpu),driver_version=540.4.0,pci_bus_id=} 1`,
    `gpu_program_memory_bytes{uuid=${uuid},program=llama} ${4096 * mib}`,
    `gpu_readable{uuid=${uuid}} 1`,
    'gpus_expected 1',
    'gpus_visible 1',
  ]);
});

test('cards out of order: each keeps its own numbers', async () => {
  const cards = [2, 0, 1].map((index) => ({ ...h100(index), count: '3', 'memory.used': String(1000 + index) }));
  const rig = createRig({ exec: createFakeExec({ cards }).exec });
  expect(lines(await rig.collect(), 'gpu_memory_used')).toEqual(
    [0, 1, 2].map((index) => `gpu_memory_used_bytes{uuid=${h100(index)['uuid']}} ${(1000 + index) * mib}`),
  );
});
