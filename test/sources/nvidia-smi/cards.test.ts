import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import { cardFields, parseCards } from '../../../src/sources/nvidia-smi/cards.ts';
import type { Card } from '../../../src/sources/nvidia-smi/cards.ts';
import { capturePath, h100 } from '../../node/fake-nvidia-smi/cards.ts';

const mib = 1_048_576;
const read = (name: string): string => readFileSync(capturePath(name), 'utf8');

describe('captures', () => {
  // total, reserved, used, free in MiB; utilization; temperature; power, limit; ECC; remap pending; persistence
  it.each([
    ['h100-80gb-hbm3-590.48.01.idle', [81559, 479, 0, 81081], 0, 41, [69.85, 700], 0, false, true],
    ['h100-80gb-hbm3-590.48.01.load', [81559, 479, 19818, 61263], 1, 59, [631.95, 700], 0, false, true],
    ['h100-mig-590.48.01.idle', [81559, 479, 59, 81022], undefined, 42, [71.15, 700], 0, undefined, true],
    ['h100-mig-590.48.01.load', [81559, 479, 11125, 69956], undefined, 53, [433.78, 700], 0, undefined, true],
    ['h200-590.48.01.idle', [143771, 614, 0, 143158], 0, 28, [77.71, 700], 0, false, true],
    ['h200-590.48.01.load', [143771, 614, 32362, 110796], 1, 52, [627.4, 700], 0, false, true],
    ['rtx-2080-super-591.86-win.idle', [8192, 205, 702, 7286], 0, 40, [38.92, 250], undefined, undefined, undefined],
    [
      'rtx-2080-super-591.86-win.load',
      [8192, 205, 1296, 6692],
      0.07,
      45,
      [97.43, 250],
      undefined,
      undefined,
      undefined,
    ],
    ['rtx-2080-super-595.71.05.idle', [8192, 408, 214, 7571], 0, 40, [39.32, 250], undefined, undefined, false],
    ['rtx-2080-super-595.71.05.load', [8192, 408, 819, 6967], 0.08, 45, [111.5, 250], undefined, undefined, false],
    ['rtx-2080-super-610.57.04.idle', [8192, 400, 211, 7582], 0, 33, [39.17, 250], undefined, undefined, false],
    ['rtx-2080-super-610.57.04.load', [8192, 400, 815, 6978], 0.08, 38, [98.14, 250], undefined, undefined, false],
    ['rtx-2080-super-610.62-win.idle', [8192, 205, 797, 7191], 0, 40, [39.25, 250], undefined, undefined, undefined],
    [
      'rtx-2080-super-610.62-win.load',
      [8192, 205, 1366, 6622],
      0.07,
      44,
      [97.99, 250],
      undefined,
      undefined,
      undefined,
    ],
  ])(
    '%s',
    (
      name,
      [total = 0, reserved = 0, used = 0, free = 0],
      utilization,
      celsius,
      [watts, limit],
      ecc,
      remap,
      persistence,
    ) => {
      const { count, cards } = parseCards(read(`csv/${name}.query-gpu.csv`));
      expect(count).toBe(1);
      expect(cards).toHaveLength(1);
      const { readings, flags, readable, unreadable, ...identity } = cards[0] as Card;
      expect(readings).toEqual({
        memoryTotalBytes: total * mib,
        memoryReservedBytes: reserved * mib,
        memoryUsedBytes: used * mib,
        memoryFreeBytes: free * mib,
        ...(utilization === undefined ? {} : { utilizationRatio: utilization }),
        temperatureCelsius: celsius,
        powerWatts: watts,
        powerLimitWatts: limit,
        ...(ecc === undefined
          ? {}
          : { correctedVolatile: ecc, correctedAggregate: ecc, uncorrectedVolatile: ecc, uncorrectedAggregate: ecc }),
      });
      expect(flags).toEqual({
        ...(remap === undefined ? {} : { rowRemapPending: remap }),
        ...(persistence === undefined ? {} : { persistenceMode: persistence }),
      });
      expect(readable).toBe(true);
      expect(Object.values(unreadable)).toEqual([0, 0, 0, 0, 0]);
      expect(identity.uuid).toBe('GPU-00000000-0000-0000-0000-000000000000');
      expect(identity.index).toBe('0');
      expect(identity.name).toMatch(/^NVIDIA (H100 80GB HBM3|H200|GeForce RTX 2080 SUPER)$/);
      expect(name).toContain(identity.driverVersion);
      expect(identity.busId).toMatch(/^00000000:(00:09|83:00|0C:00)\.0$/);
    },
  );

  it('two cards, few columns', () => {
    const { cards } = parseCards(read('csv/nvgpuexp-query-test.csv'));
    expect(cards.map(({ uuid, name, readings }) => [uuid, name, readings])).toEqual([
      ['GPU-df6e7a7c-7314-46f8-abc4-b88b36dcf3aa', 'NVIDIA GeForce RTX 2080 SUPER', { memoryUsedBytes: 575 * mib }],
      ['GPU-04757e3e-3077-4e2e-b988-7e2d647b52e9', 'Some Other GPU', { memoryUsedBytes: 1234 * mib }],
    ]);
  });

  it('driver 471: used memory includes what is reserved, which nobody says', () => {
    const [card] = parseCards(read('csv/nvgpuexp-sample-output.csv')).cards;
    expect(card?.readings).toMatchObject({ memoryTotalBytes: 8192 * mib, memoryUsedBytes: 876 * mib });
    expect(card?.readings.memoryReservedBytes).toBeUndefined();
  });
});

const header = cardFields.join(', ');
const cells: Readonly<Record<string, string>> = {
  ...h100(),
  count: '1',
  'memory.used': '5120',
  'memory.free': '75961',
};
const row = (changes: Readonly<Record<string, string>> = {}): string =>
  cardFields.map((field) => ({ ...cells, ...changes })[field] ?? '[N/A]').join(', ');
const parseRow = (changes: Readonly<Record<string, string>>): Card =>
  parseCards(`${header}\n${row(changes)}\n`).cards[0] as Card;

describe('rows', () => {
  it('are read with and without header, with and without a last newline, and with CRLF', () => {
    const expected = parseRow({});
    expect(expected.readings.memoryUsedBytes).toBe(5120 * mib);
    for (const text of [`${row()}\n`, row(), `${header}\n${row()}`, `${header}\r\n${row()}\r\n`]) {
      expect(parseCards(text).cards).toEqual([expected]);
    }
  });

  it('a header alone is no card', () => {
    expect(parseCards(`${header}\n`)).toEqual({ count: undefined, cards: [], listed: [] });
  });

  it('corrupted infoROM: the warning beside good rows is none', () => {
    const text = `${header}\n${row()}\nWARNING: infoROM is corrupted at gpu 0008:00:00.0\n`;
    expect(parseCards(text).cards).toHaveLength(1);
    expect(parseCards(text.trimEnd()).cards).toHaveLength(1);
  });

  it('a zero beside error tokens is not a reading', () => {
    const card = parseRow({
      'memory.used': '0',
      'memory.free': '81081',
      'utilization.gpu': '[GPU requires reset]',
      'temperature.gpu': '[GPU requires reset]',
      'power.draw': '0.00',
      'remapped_rows.pending': 'No',
      'ecc.errors.uncorrected.volatile.total': '3',
    });
    expect(card.readable).toBe(false);
    expect(card.unreadable).toEqual({ lost: 0, reset_required: 2, unknown_error: 0, no_permission: 0, other: 0 });
    expect(card.readings).toEqual({
      memoryTotalBytes: 81559 * mib,
      powerLimitWatts: 700,
      uncorrectedVolatile: 3,
    });
    expect(card.flags).toEqual({ persistenceMode: true });
  });

  it('a MIG container may not see memory and utilization: that is no fault of the card', () => {
    const denied = '[Insufficient Permissions]';
    const card = parseRow({
      'memory.total': denied,
      'memory.used': denied,
      'memory.free': denied,
      'utilization.gpu': denied,
    });
    expect(card.readable).toBe(true);
    expect(card.unreadable.no_permission).toBe(4);
    expect(card.readings.memoryTotalBytes).toBeUndefined();
  });

  it('unified memory (GB10): the card has none of its own', () => {
    const card = parseRow({
      name: 'NVIDIA GB10',
      'memory.total': '[N/A]',
      'memory.used': '[N/A]',
      'memory.free': '[N/A]',
      'memory.reserved': '[N/A]',
    });
    expect(Object.values(card.unreadable)).toEqual([0, 0, 0, 0, 0]);
    expect(Object.keys(card.readings)).toEqual(expect.not.arrayContaining(['memoryTotalBytes', 'memoryUsedBytes']));
    expect(card.readings.temperatureCelsius).toBe(41);
  });

  it('a name may hold commas and quotes', () => {
    expect(parseRow({ name: 'NVIDIA "X", Y' }).name).toBe('NVIDIA "X", Y');
    expect(parseRow({ name: 'NVIDIA "X", Y' }).readings).toEqual(parseRow({}).readings);
  });

  it('a card that cannot even name itself is still a card', () => {
    const card = parseRow({ uuid: '[Unknown Error]', 'memory.used': '[Unknown Error]' });
    expect([card.uuid, card.readable, card.unreadable.unknown_error]).toEqual([undefined, false, 2]);
  });

  it('its own uuid alone lost: not readable either', () => {
    expect(parseRow({ uuid: '[GPU is lost]' })).toMatchObject({ readable: false, unreadable: { lost: 1 } });
  });

  it.each([
    ['a missing cell', `${header}\n${row().replace('81559, ', '')}\n`],
    ['a cell too many', `${header}\n${row().replace('81559', '81, 559')}\n`],
    ['the beginning of a row', `${header}\n${row().slice(0, 60)}\n`],
    ['a cut uuid without a newline', `${header}\n${row().slice(0, -3)}`],
    ['no uuid', `${header}\n${row({ uuid: '17' })}\n`],
    ['one card twice', `${header}\n${row()}\n${row({ index: '1' })}\n`],
    ['more memory used than there is', `${header}\n${row({ 'memory.used': '815590' })}\n`],
    ['another unit', `${header.replace('memory.total', 'memory.total [GiB]')}\n${row()}\n`],
    ['an error text', 'Unable to determine the number of GPUs'],
  ])('%s fails', (_what, text) => {
    expect(() => parseCards(text)).toThrow(SourceError);
    expect(() => parseCards(text)).toThrow(expect.objectContaining({ reason: 'invalid' }));
  });
});
