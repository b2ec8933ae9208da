import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKernelRecord } from '../../../src/sources/kmsg/records.ts';
import { busOf, parseNvidiaMessage } from '../../../src/sources/kmsg/xid.ts';
import { capturePath } from '../../node/fake-nvidia-smi/cards.ts';

const lines = (name: string): string[] => readFileSync(capturePath(`kernel/${name}`), 'utf8').split('\n');
const messages = (name: string): string[] =>
  lines(name).flatMap((line) => {
    const message = parseNvidiaMessage(line);
    return message === undefined ? [] : [[message.kind, message.bus, 'xid' in message ? message.xid : ''].join(' ')];
  });

test('every form of a line', () => {
  expect(messages('gpud-test-lines.log')).toEqual([
    'xid 0000:05:00 79',
    'xid 0000:01:00 79',
    'xid 0000:03:00 14',
    'xid 0000:05:00 79',
    'xid 0009:01:00 149',
    'xid 0009:01:00 154',
    'xid 0008:01:00 149',
    'xid 0019:01:00 154',
    'xid 0009:01:00 149',
    'xid 0009:01:00 149',
    'xid 0008:01:00 149',
    'xid 0018:01:00 154',
    'xid 0008:01:00 154',
  ]);
});

test('a dead GSP: five Xids, and whose bus it is', () => {
  expect(messages('gpud-dmesg-with-xid-119.log')).toEqual([
    'card 0000:9b:00 ',
    ...Array<string>(5).fill('xid 0000:9b:00 119'),
  ]);
  const card = lines('gpud-dmesg-with-xid-119.log')
    .map(parseNvidiaMessage)
    .find((message) => message?.kind === 'card');
  expect(card).toEqual({ kind: 'card', bus: '0000:9b:00', uuid: 'GPU-509665ad-b600-ac93-3616-d754b23d636d' });
});

test.each([
  [
    'NVRM: Xid (PCI:0001:00:00 GPU-I:05): 94, pid=1, name=python3, Contained: SM',
    { kind: 'xid', xid: '94', bus: '0001:00:00' },
  ],
  [
    'NVRM: Xid (PCI:0002:00:00): 79, pid=1582259, name=nvc:[driver], GPU has fallen off the bus.',
    { kind: 'xid', xid: '79', bus: '0002:00:00' },
  ],
  [
    'NVRM: GPU at 0000:03:00: GPU-b850f46d-d5ea-c752-ddf3-c6453e44d3f7',
    { kind: 'card', bus: '0000:03:00', uuid: 'GPU-b850f46d-d5ea-c752-ddf3-c6453e44d3f7' },
  ],
  ['NVRM: GPU at 0000:01:00.0 has fallen off the bus.', { kind: 'loss', bus: '0000:01:00' }],
  ['NVRM: Xid (0x0300): 13, Graphics Exception', { kind: 'xid', xid: '13', bus: undefined }],
  ['NVRM: GPU 0000:0B:00.0: GPU has fallen off the bus.', { kind: 'loss', bus: '0000:0b:00' }],
  ['NVRM: GPU has fallen off the bus.', { kind: 'loss', bus: undefined }],
  [
    'NVRM: The NVIDIA GPU 0000:b3:00.0\nNVRM: (PCI ID: 10de:26b5) installed in this system has\nNVRM: fallen off the bus and is not responding to commands.',
    { kind: 'loss', bus: '0000:b3:00' },
  ],
  ['nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 12028, Non-fatal', undefined],
  ['NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  570.158.01', undefined],
  ['NVRM: GPU4 RPC history (CPU -> GSP):', undefined],
  ['usb 1-2: fallen off the bus', undefined],
])('%s', (text, expected) => {
  expect(parseNvidiaMessage(text)).toEqual(expected);
});

test('a bus id is one, however it is written', () => {
  expect(['00000000:9B:00.0', 'PCI:0000:9b:00', '0000:9b:00.0'].map(busOf)).toEqual(Array(3).fill('0000:9b:00'));
  expect(busOf('00010000:01:00.0')).toBe('10000:01:00');
  expect(busOf('0x0300')).toBeUndefined();
});

test('records as the device gives them', () => {
  const records = lines('gpud-kmsg.1.log').map(parseKernelRecord);
  expect(records.every((record) => record !== undefined)).toBe(true);
  expect(records[0]).toEqual({ sequence: 3964, sinceBootUs: 206_764_307, text: 'nvidia-nvswitch2: open (major=510)' });
  expect(parseKernelRecord('3,7,12,-,caller=T1;NVRM: one\\x0aNVRM: t\\xc3\\xa9 \\x5c')).toEqual({
    sequence: 7,
    sinceBootUs: 12,
    text: 'NVRM: one\nNVRM: té \\',
  });
  expect(parseKernelRecord(' SUBSYSTEM=pci')).toBeUndefined();
  expect(parseKernelRecord('')).toBeUndefined();
});

test('no text upsets the parsers', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      parseKernelRecord(text);
      parseNvidiaMessage(`NVRM: Xid (${text}): 79, ${text}`);
      parseNvidiaMessage(`NVRM: ${text} fallen off the bus`);
    }),
    { numRuns: 500 },
  );
});
