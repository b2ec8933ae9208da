import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStat } from '../../../src/sources/procfs/stat.ts';
import { statLine } from './fixture.ts';

describe('parseStat', () => {
  it('reads a line of Linux 6.18', () => {
    const line =
      '6422 (cat) R 6414 6413 3547 0 -1 4194304 103 0 0 0 7 5 30 12 20 0 1 0 107227 3133440 416 18446744073709551615 ' +
      '94503182614528 94503182634409 140733930497776 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 94503182650416 94503182652032 ' +
      '94503979184128 140733930502629 140733930502649 140733930502649 140733930504171 0\n';
    expect(parseStat(line)).toEqual({
      pid: 6422,
      ppid: 6414,
      pgid: 6413,
      state: 'R',
      comm: 'cat',
      startTicks: 107227,
      cpuTicks: 12,
      childCpuTicks: 42,
    });
  });

  it.each([') (', 'a b', ')', '((', 'x) S 1 1 (', 'new\nline', ''])('is not confused by the name %j', (comm) => {
    expect(parseStat(statLine({ pid: 7, ppid: 3, pgid: 5, comm }))).toMatchObject({ pid: 7, ppid: 3, pgid: 5, comm });
  });

  it('gives back what a line was made of', () => {
    const id = fc.integer({ min: 1, max: 4_194_304 });
    const ticks = fc.integer({ min: 0, max: 2 ** 50 });
    fc.assert(
      fc.property(id, id, id, fc.string({ maxLength: 64 }), ticks, (pid, ppid, pgid, comm, startTicks) => {
        expect(parseStat(statLine({ pid, ppid, pgid, comm, startTicks }))).toMatchObject({
          pid,
          ppid,
          pgid,
          comm,
          startTicks,
        });
      }),
    );
  });

  it('refuses what is no such line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseStat(text)).toBeUndefined();
      }),
    );
    expect(parseStat(statLine({ pid: 1 }).slice(0, 30))).toBeUndefined();
    expect(parseStat('')).toBeUndefined();
  });
});
