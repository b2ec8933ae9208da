import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parseCardList } from '../../../src/sources/nvidia-smi/list.ts';
import { parseProcesses, processFields } from '../../../src/sources/nvidia-smi/processes.ts';
import { parseRemappedRows } from '../../../src/sources/nvidia-smi/remapped-rows.ts';
import { capturePath } from '../../node/fake-nvidia-smi/cards.ts';

const mib = 1_048_576;
const masked = 'GPU-00000000-0000-0000-0000-000000000000';
const read = (name: string): string => readFileSync(capturePath(name), 'utf8');
const compact = (text: string): [string, number | undefined, number | undefined][] =>
  parseProcesses(text).map(({ uuid, pid, usedBytes }) => [
    uuid,
    pid,
    usedBytes === undefined ? undefined : usedBytes / mib,
  ]);

describe('captures', () => {
  it.each([
    ['h100-80gb-hbm3-590.48.01.load', [11327, 2566], [11328, 1542], [11345, 15690]],
    ['h100-mig-590.48.01.load', [21180, 2296], [21181, 1272], [21198, 7484]],
    ['h200-590.48.01.load', [10291, 2566], [10293, 1542], [10309, 28234]],
    ['rtx-2080-super-595.71.05.load', [5268, 370], [5267, 230]],
    ['rtx-2080-super-610.57.04.load', [28512, 370], [28511, 230]],
    ['h100-80gb-hbm3-590.48.01.idle'],
    ['h100-mig-590.48.01.idle'],
    ['h200-590.48.01.idle'],
    ['rtx-2080-super-595.71.05.idle'],
    ['rtx-2080-super-610.57.04.idle'],
  ])('%s', (name, ...expected) => {
    expect(compact(read(`apps/${name}.compute-apps.csv`))).toEqual(expected.map(([pid, used]) => [masked, pid, used]));
  });

  it.each([
    ['591.86-win.idle', 10],
    ['591.86-win.load', 12],
    ['610.62-win.idle', 19],
    ['610.62-win.load', 21],
  ])('a driver that does not account memory: rtx-2080-super-%s', (name, _length) => {
    const processes = compact(read(`apps/rtx-2080-super-${name}.compute-apps.csv`));
    expect(processes.length).toBeGreaterThan(5);
    expect(processes.every(([, pid, used]) => pid !== undefined && used === undefined)).toBe(true);
  });

  it('names with quotes and UTF-8', () => {
    const uuid = 'GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9';
    expect(compact(read('apps/nvgpuexp-h200-odd-names.csv'))).toEqual([
      [uuid, 10525, 1542],
      [uuid, 10529, 818],
      [uuid, 10526, 818],
      [uuid, 10528, 818],
      [uuid, 10550, 14410],
    ]);
  });

  it('a MIG container that may not see its processes', () => {
    const processes = compact(read('apps/nvgpuexp-mig-in-container.csv'));
    expect(processes).toEqual([['GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9', undefined, undefined]]);
  });
});

const uuid = 'GPU-5f0e4d3c-2b1a-4099-8877-665544332210';

test('no process: a header, or nothing at all', () => {
  expect(compact(`${processFields.join(', ')}\n`)).toEqual([]);
  expect(compact('')).toEqual([]);
});

test('what the driver does not know of a process is absent, and the others stand', () => {
  const text = `-, [Not Found], ${uuid}\n[Unknown Error], [N/A], ${uuid}\n41, 5120, ${uuid}\n`;
  expect(compact(text)).toEqual([
    [uuid, undefined, undefined],
    [uuid, undefined, undefined],
    [uuid, 41, 5120],
  ]);
});

test.each([
  ['half a row', `41, 51`],
  ['a cut row', `41, 5120, ${uuid.slice(0, -2)}`],
  ['no uuid', `41, 5120, 7\n`],
  ['a newline in a name', `gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n${uuid}, 106, a\nb, 1 MiB\n`],
  ['a pid that is none', `x, 5120, ${uuid}\n`],
  ['another unit', `41, 5120 KiB, ${uuid}\n`],
])('%s fails', (_what, text) => {
  expect(() => parseProcesses(text)).toThrow(expect.objectContaining({ reason: 'invalid' }));
});

test('the list of cards, MIG devices left out', () => {
  const list = parseCardList(read('list-with-mig.txt'));
  expect(list).toHaveLength(8);
  expect(list[0]).toBe('GPU-63d1e50a-b952-d15c-0740-12bc14859142');
  expect(parseCardList('No devices found.\n')).toEqual([]);
  const jetson = '54d0709b-558d-5a59-9c65-0c5fc14a21a4';
  expect(parseCardList(`GPU 0: Orin (nvgpu) (UUID: ${jetson})\n`)).toEqual([jetson]);
});

test('remapped rows as before and after 580', () => {
  const text = `remapped_rows.pending, gpu_uuid\n1, ${uuid}\nNo, GPU-b\n[N/A], GPU-c\n`;
  expect([...parseRemappedRows(text)]).toEqual([
    [uuid, true],
    ['GPU-b', false],
  ]);
});
