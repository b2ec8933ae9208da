import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCpuAccount } from '../../../src/collectors/resources/cpu-account.ts';
import type { ProcessLook, ProcessStat } from '../../../src/sources/procfs/types.ts';
import { processStat } from '../../sources/procfs/fixture.ts';
import { snapshotOf } from '../../sources/procfs/snapshot.ts';

/** A look at these processes; those in group 10 are the program's. */
function lookAt(...processes: Partial<ProcessStat>[]): ProcessLook {
  const all = new Map(processes.map((each) => [each.pid ?? 0, processStat({ pgid: 10, ...each })]));
  return {
    snapshot: snapshotOf(1, { llama: 10 }),
    processes: all,
    unseen: new Set(),
    ownerOf: (pid) => (all.get(pid)?.pgid === 10 ? { kind: 'program', program: 'llama' } : { kind: 'foreign' }),
  };
}

function secondsAfter(...looks: ProcessLook[]): number[] {
  const account = createCpuAccount();
  return looks.map((look) => {
    account.update(look);
    return account.seconds('llama');
  });
}

describe('createCpuAccount', () => {
  it('starts at 0 and counts what is used from then on', () => {
    const looks = [100, 150, 150, 400].map((cpuTicks) => lookAt({ pid: 10, cpuTicks: 50_000 + cpuTicks }));
    expect(secondsAfter(...looks)).toEqual([0, 0.5, 0.5, 3]);
  });

  it('counts a process that was born since the last look from its birth', () => {
    expect(secondsAfter(lookAt({ pid: 10 }), lookAt({ pid: 10 }, { pid: 11, cpuTicks: 70 }))).toEqual([0, 0.7]);
  });

  it('stays where it is without a process, and goes on with the next', () => {
    const looks = [
      lookAt({ pid: 10 }),
      lookAt({ pid: 10, cpuTicks: 300 }),
      lookAt(),
      lookAt({ pid: 20, pgid: 10, cpuTicks: 40 }),
    ];
    expect(secondsAfter(...looks)).toEqual([0, 3, 3, 3.4]);
  });

  it('takes a reused pid for a new process', () => {
    const looks = [lookAt({ pid: 10, cpuTicks: 900 }), lookAt({ pid: 10, startTicks: 999, cpuTicks: 100 })];
    expect(secondsAfter(...looks)).toEqual([0, 1]);
  });

  it('leaves the past of a process that becomes the program’s where it was', () => {
    const stranger = { pid: 30, cpuTicks: 5_000 };
    const looks = [lookAt({ ...stranger, pgid: 30 }), lookAt(stranger), lookAt({ ...stranger, cpuTicks: 5_100 })];
    expect(secondsAfter(...looks)).toEqual([0, 0, 1]);
  });

  it('counts a child that lived between two looks, by its parent’s account', () => {
    expect(secondsAfter(lookAt({ pid: 10 }), lookAt({ pid: 10, childCpuTicks: 250 }))).toEqual([0, 2.5]);
  });

  it('does not count a child twice when it ends', () => {
    const looks = [
      lookAt({ pid: 10 }, { pid: 11, ppid: 10 }, { pid: 12, ppid: 11 }),
      lookAt({ pid: 10 }, { pid: 11, ppid: 10, cpuTicks: 100 }, { pid: 12, ppid: 11, cpuTicks: 200 }),
      lookAt({ pid: 10, childCpuTicks: 310 }),
    ];
    expect(secondsAfter(...looks)).toEqual([0, 3, 3.1]);
  });

  it('does not fall when a child ends for which nobody waits', () => {
    const looks = [
      lookAt({ pid: 10 }, { pid: 11, ppid: 10 }),
      lookAt({ pid: 10 }, { pid: 11, ppid: 10, cpuTicks: 100 }),
      lookAt({ pid: 10, cpuTicks: 50 }),
    ];
    expect(secondsAfter(...looks)).toEqual([0, 1, 1.5]);
  });

  it('agrees with the kernel over any life of a process tree', () => {
    const step = fc.record({
      what: fc.constantFrom('spawn', 'burn', 'burn', 'end', 'look', 'look'),
      who: fc.nat(),
      ticks: fc.nat(500),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const account = createCpuAccount();
        const tree = new Map([[10, { pid: 10, ppid: 1, cpuTicks: 123, childCpuTicks: 45 }]]);
        const look = (): void => account.update(lookAt(...tree.values()));
        look();
        let used = 0;
        let next = 11;
        for (const { what, who, ticks } of steps) {
          const all = [...tree.values()];
          const chosen = all[who % all.length] ?? { pid: 10, ppid: 1, cpuTicks: 0, childCpuTicks: 0 };
          if (what === 'look') look();
          else if (what === 'spawn') tree.set(next, { pid: next++, ppid: chosen.pid, cpuTicks: 0, childCpuTicks: 0 });
          else if (what === 'burn') {
            chosen.cpuTicks += ticks;
            used += ticks;
          } else if (chosen.pid !== 10 && all.every(({ ppid }) => ppid !== chosen.pid)) {
            const parent = tree.get(chosen.ppid);
            if (parent !== undefined) parent.childCpuTicks += chosen.cpuTicks + chosen.childCpuTicks;
            tree.delete(chosen.pid);
          }
        }
        look();
        expect(account.seconds('llama')).toBeCloseTo(used / 100, 6);
      }),
    );
  });
});
