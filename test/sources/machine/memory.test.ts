import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readMachineMemory, toMachineMemory } from '../../../src/sources/machine/memory.ts';

it('agrees with this machine’s /proc/meminfo', async () => {
  const bytes = (name: string): number => {
    const text = readFileSync('/proc/meminfo', 'utf8');
    return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  };
  const memory = await readMachineMemory.run('/proc/meminfo', null);
  expect(memory.totalBytes).toBe(bytes('MemTotal'));
  expect(memory.swapTotalBytes).toBe(bytes('SwapTotal'));
  expect(Math.abs(memory.availableBytes - bytes('MemAvailable'))).toBeLessThan(memory.totalBytes / 4);
});

it('fails where meminfo cannot be read, instead of the figures that systeminformation then makes up', async () => {
  await expect(readMachineMemory.run('/proc/no-meminfo', null)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('says 0 when nothing is left, not the page cache', () => {
  const figures = { total: 1000, available: 400, swaptotal: 10, swapused: 10 } as Parameters<typeof toMachineMemory>[0];
  expect(toMachineMemory(figures, 'MemTotal: 1 kB\nMemAvailable:          0 kB\n').availableBytes).toBe(0);
  expect(toMachineMemory(figures, 'MemTotal: 1 kB\nMemAvailable:         10 kB\n').availableBytes).toBe(400);
});
