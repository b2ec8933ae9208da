import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { named, resolve } from './described-node.ts';

const llama = { kind: 'program', program: 'llama' };
const orphan = { kind: 'orphan', formerProgram: 'llama' };
const running = { pid: 100, ppid: 50 };

describe('resolveOwnership', () => {
  it('gives a program its whole process group, and what left it but descends from it', () => {
    const { ownerOf, living, unseen, torn } = resolve({
      pids: { llama: 100 },
      processes: [
        running,
        { pid: 101, ppid: 100, pgid: 100 },
        { pid: 102, ppid: 1, pgid: 100 },
        { pid: 103, ppid: 101, pgid: 103 },
        { pid: 104, ppid: 103, pgid: 104 },
      ],
    });
    for (const pid of [100, 101, 102, 103, 104]) expect(ownerOf(pid)).toEqual(llama);
    expect([...living]).toEqual([[100, { program: 'llama', startTicks: 100 }]]);
    expect({ unseen: [...unseen], torn }).toEqual({ unseen: [], torn: false });
  });

  it('tells foreign processes from pids that are not there', () => {
    const { ownerOf } = resolve({
      pids: { llama: 100 },
      processes: [running, { pid: 200 }, { pid: 201, ppid: 50, pgid: 200 }],
    });
    expect(ownerOf(200)).toEqual({ kind: 'foreign' });
    expect(ownerOf(201)).toEqual({ kind: 'foreign' });
    expect(ownerOf(50)).toEqual({ kind: 'foreign' });
    expect(ownerOf(4711)).toEqual({ kind: 'unknown' });
  });

  it('knows the orphans of an incarnation that it has seen, unreadable as their environment may be', () => {
    const { ownerOf } = resolve({
      pids: { llama: 100 },
      processes: [running, { pid: 91, ppid: 1, pgid: 90 }, { pid: 92, ppid: 91, pgid: 92 }],
      incarnations: { 90: { program: 'llama', startTicks: 90 } },
    });
    expect(ownerOf(91)).toEqual(orphan);
    expect(ownerOf(92)).toEqual(orphan);
  });

  it('knows orphans by their environment', () => {
    const { ownerOf } = resolve({
      pids: { llama: 100, fastapi: 0 },
      processes: [running, { pid: 91, pgid: 90 }, { pid: 92, ppid: 91, pgid: 90 }, { pid: 120, pgid: 119 }],
      environments: { 91: named('llama'), 120: named('fastapi') },
    });
    expect(ownerOf(92)).toEqual(orphan);
    expect(ownerOf(91)).toEqual(orphan);
    expect(ownerOf(120)).toEqual({ kind: 'orphan', formerProgram: 'fastapi' });
  });

  it('knows the orphans of a program that supervisord no longer has', () => {
    const { ownerOf } = resolve({
      pids: { fastapi: 100 },
      processes: [running, { pid: 91 }, { pid: 92 }],
      environments: { 91: named('old'), 92: named('workers:gpu_00') },
    });
    expect(ownerOf(91)).toEqual({ kind: 'orphan', formerProgram: 'old' });
    expect(ownerOf(92)).toEqual({ kind: 'orphan', formerProgram: 'workers:gpu_00' });
  });

  it('gives a program the daemon that it detached, but not one that is older than itself', () => {
    const { ownerOf } = resolve({
      pids: { llama: 100 },
      processes: [running, { pid: 110, pgid: 109 }, { pid: 95, pgid: 94 }],
      environments: { 110: named('llama'), 95: named('llama') },
    });
    expect(ownerOf(110)).toEqual(llama);
    expect(ownerOf(95)).toEqual(orphan);
  });

  it('tells programs of equal name in two groups apart', () => {
    const { ownerOf } = resolve({
      pids: { 'a:w': 100, 'b:w': 0 },
      processes: [running, { pid: 110, pgid: 109 }, { pid: 111, pgid: 112 }],
      environments: { 110: named('a:w'), 111: named('b:w') },
    });
    expect(ownerOf(110)).toEqual({ kind: 'program', program: 'a:w' });
    expect(ownerOf(111)).toEqual({ kind: 'orphan', formerProgram: 'b:w' });
  });

  it('leaves the children of another supervisord alone', () => {
    const { ownerOf } = resolve({
      pids: { llama: 100 },
      processes: [running, { pid: 91 }],
      environments: { 100: named('llama'), 91: named('llama', 'unix:///run/other.sock') },
    });
    expect(ownerOf(91)).toEqual({ kind: 'foreign' });
  });

  it('leaves all of another supervisord alone that gives the same names', () => {
    const { ownerOf } = resolve({
      pids: { llama: 0 },
      processes: [
        { pid: 70, comm: 'supervisord' },
        { pid: 71, ppid: 70 },
        { pid: 72, ppid: 71, pgid: 71 },
        { pid: 73, ppid: 72, pgid: 73 },
      ],
      environments: { 71: named('llama'), 72: named('llama'), 73: named('llama') },
    });
    for (const pid of [73, 72, 71, 70]) expect(ownerOf(pid)).toEqual({ kind: 'foreign' });
  });

  it('gives the children of a nested supervisord to the program that it is', () => {
    const { ownerOf } = resolve({
      pids: { nested: 100, llama: 0 },
      processes: [running, { pid: 101, ppid: 100, pgid: 101 }],
      environments: { 101: named('llama') },
    });
    expect(ownerOf(101)).toEqual({ kind: 'program', program: 'nested' });
  });

  it('adopts nothing as init, supervisord or not', () => {
    const { ownerOf } = resolve({
      supervisordPid: 1,
      pids: { llama: 100, fastapi: 0 },
      processes: [
        { pid: 100, ppid: 1 },
        { pid: 91, ppid: 1, pgid: 90 },
        { pid: 92, ppid: 1 },
        { pid: 93, ppid: 1 },
      ],
      environments: { 91: named('llama'), 92: named('llama') },
      incarnations: { 93: { program: 'fastapi', startTicks: 93 } },
    });
    expect(ownerOf(100)).toEqual(llama);
    expect(ownerOf(91)).toEqual(orphan);
    expect(ownerOf(92)).toEqual(orphan);
    expect(ownerOf(93)).toEqual({ kind: 'orphan', formerProgram: 'fastapi' });
  });

  it('forgets a group whose number was given away', () => {
    const { ownerOf } = resolve({
      pids: { llama: 0 },
      processes: [
        { pid: 90, startTicks: 95 },
        { pid: 91, pgid: 90 },
      ],
      incarnations: { 90: { program: 'llama', startTicks: 90 } },
    });
    expect(ownerOf(91)).toEqual({ kind: 'foreign' });
  });

  it('recognises a program that was spawned since the snapshot', () => {
    const { ownerOf, torn } = resolve({
      pids: { llama: 99 },
      processes: [running, { pid: 101, ppid: 100, pgid: 100 }],
      environments: { 100: named('llama') },
    });
    expect(ownerOf(101)).toEqual(llama);
    expect(torn).toBe(false);
  });

  it('asks for another look when a program is not where the snapshot says', () => {
    expect(resolve({ pids: { llama: 99 }, processes: [running] })).toMatchObject({ torn: true });
    const asInit = { pids: { llama: 99 }, supervisordPid: 1, processes: [{ pid: 100, ppid: 1 }] };
    expect(resolve({ ...asInit, environments: { 100: named('llama') } })).toMatchObject({ torn: true });
  });

  it('holds a zombie for dead', () => {
    const { ownerOf, unseen } = resolve({
      pids: { llama: 100 },
      processes: [
        { ...running, state: 'Z' },
        { pid: 101, ppid: 1, pgid: 100 },
      ],
      incarnations: { 100: { program: 'llama', startTicks: 100 } },
    });
    expect(ownerOf(101)).toEqual(orphan);
    expect([...unseen]).toEqual([]);
  });

  it('ends on any table, however its parents run in circles', () => {
    const pid = fc.integer({ min: 1, max: 12 });
    const process = fc.record({ pid, ppid: pid, pgid: pid, startTicks: pid, state: fc.constantFrom('S', 'Z') });
    fc.assert(
      fc.property(
        fc.array(process),
        fc.dictionary(fc.constantFrom('a', 'b'), pid),
        fc.boolean(),
        (all, pids, visible) => {
          const { ownerOf } = resolve({ pids, processes: all, supervisordVisible: visible });
          for (const each of all) expect(ownerOf(each.pid)).toEqual(ownerOf(each.pid));
        },
      ),
    );
  });
});
