import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProcesses } from '../../../src/sources/procfs/processes.ts';
import { asNobody, processStat, statLine, temporaryTree } from './fixture.ts';

describe('readProcesses', () => {
  it('reads every process and passes over the rest of /proc', async () => {
    const root = temporaryTree({
      '1/stat': statLine({ pid: 1, ppid: 0 }),
      '4711/stat': statLine({ pid: 4711, comm: 'tmux: server) (' }),
      'self/stat': statLine({ pid: 9 }),
      '42x/stat': statLine({ pid: 42 }),
      uptime: '1.0 1.0\n',
    });
    const { processes, unreadable } = await readProcesses.run(root, null);
    expect(processes).toEqual([processStat({ pid: 1, ppid: 0 }), processStat({ pid: 4711, comm: 'tmux: server) (' })]);
    expect(unreadable).toBe(0);
  });

  it('leaves out a process that vanishes after it was listed', async () => {
    const root = temporaryTree({ '1/stat': statLine({ pid: 1 }) });
    mkdirSync(join(root, '2'));
    expect(await readProcesses.run(root, null)).toEqual({ processes: [processStat({ pid: 1 })], unreadable: 0 });
  });

  it('counts processes that show but may not be read', async () => {
    const root = temporaryTree({ '1/stat': statLine({ pid: 1 }), '2/stat': statLine({ pid: 2 }), '3/stat': 'garbage' });
    chmodSync(root, 0o755);
    chmodSync(join(root, '2'), 0o000);
    const table = await asNobody(() => readProcesses.run(root, null));
    expect(table).toEqual({ processes: [processStat({ pid: 1 })], unreadable: 2 });
  });

  it('fails where there is no proc file system', async () => {
    await expect(readProcesses.run('/nonexistent', null)).rejects.toThrow('ENOENT');
  });

  it('finds this process in the real /proc', async () => {
    const { processes } = await readProcesses.run('/proc', null);
    const own = processes.find((each) => each.pid === process.pid);
    expect(own).toMatchObject({ ppid: process.ppid, state: expect.stringMatching(/[RS]/) as string });
    expect(own?.cpuTicks).toBeGreaterThan(0);
  });
});
