import { expect, it } from 'vitest';
import { createSlowList } from '../../../src/collectors/resources/slow-list.ts';
import { processStat } from '../../sources/procfs/fixture.ts';

it('spares a process whose memory map was slow to walk twice in a row, as long as it lives', () => {
  const list = createSlowList();
  const processes = new Map([processStat({ pid: 1 }), processStat({ pid: 2 })].map((each) => [each.pid, each]));
  const note = (...slow: boolean[]): void =>
    list.note(
      slow.map((pssSlow, index) => ({ pid: index + 1, pssSlow })),
      processes,
    );
  note(true, false);
  expect(list.pids(processes)).toEqual([]);
  note(false, true);
  note(true, true);
  expect(list.pids(processes)).toEqual([2]);
  note(true, false);
  expect(list.pids(processes)).toEqual([1, 2]);
  expect(list.pids(new Map([[2, processStat({ pid: 2, startTicks: 99 })]]))).toEqual([]);
});
