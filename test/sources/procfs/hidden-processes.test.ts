import { describe, expect, it } from 'vitest';
import { named, resolve } from './described-node.ts';

const llama = { kind: 'program', program: 'llama' };
const running = { pid: 100, ppid: 50 };

describe('ownership in another pid namespace, or behind hidepid', () => {
  const elsewhere = { pids: { llama: 100, worker: 101 }, supervisordVisible: false };

  it('does not take a process that has the number for the program', () => {
    const { ownerOf, unseen, torn } = resolve({ ...elsewhere, processes: [running] });
    expect(ownerOf(100)).toEqual({ kind: 'foreign' });
    expect([...unseen]).toEqual(['llama', 'worker']);
    expect(torn).toBe(false);
  });

  it('says unknown of a process that names a program which is not visible', () => {
    const { ownerOf } = resolve({ ...elsewhere, processes: [{ pid: 7 }], environments: { 7: named('llama') } });
    expect(ownerOf(7)).toEqual({ kind: 'unknown' });
  });

  it('believes an environment when only supervisord itself is hidden', () => {
    const { ownerOf, unseen } = resolve({
      ...elsewhere,
      processes: [running, { pid: 102, ppid: 100, pgid: 100 }],
      environments: { 100: named('llama') },
    });
    expect(ownerOf(102)).toEqual(llama);
    expect([...unseen]).toEqual(['worker']);
  });
});
