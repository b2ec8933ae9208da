import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { effectiveMemory } from '../../../src/sources/cgroup/limits.ts';
import { readCgroups } from '../../../src/sources/cgroup/operations.ts';
import { readKernelCounts } from '../../../src/sources/machine/boot.ts';
import type { MachineMemory } from '../../../src/sources/machine/memory.ts';
import { recordedMemory } from '../../support/recorded-memory.ts';
import { unpackTree } from '../../support/unpack-tree.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function recorded(name: string): string {
  const root = unpackTree(join(import.meta.dirname, '../../captures/cgroup', `${name}.txt`));
  roots.push(root);
  return root;
}

const nobody = { limitsOf: undefined, pids: [], watched: [] };
const MiB = 1024 ** 2;

async function memoryOf(name: string): Promise<ReturnType<typeof effectiveMemory> & { machine: MachineMemory }> {
  const root = recorded(name);
  const { levels } = await readCgroups.run(join(root, 'proc'), { ...nobody, root });
  const machine = recordedMemory(join(root, 'proc/meminfo'));
  return { ...effectiveMemory(machine, levels), machine };
}

describe('limits of recorded cgroups', () => {
  it.each(['v2-bare', 'v1-bare'])('%s: the machine is the limit', async (name) => {
    const { machine, ...memory } = await memoryOf(name);
    expect(memory).toEqual({
      limitedBy: 'machine',
      limitBytes: machine.totalBytes,
      availableBytes: machine.availableBytes,
      swapTotalBytes: 262_140 * 1024,
      swapUsedBytes: 0,
    });
  });

  it('v2-systemd: the lowest limit; page cache is not in use, swap has its own limit', async () => {
    expect(await memoryOf('v2-systemd')).toMatchObject({
      limitedBy: 'cgroup',
      limitBytes: 200 * MiB,
      availableBytes: 200 * MiB - (170_024_960 - 42_991_616),
      swapTotalBytes: 64 * MiB,
      swapUsedBytes: 0,
    });
  });

  it('v2-container: memory.high below memory.max, no swap at all', async () => {
    const memory = await memoryOf('v2-container');
    expect(memory).toMatchObject({ limitedBy: 'cgroup', limitBytes: 140 * MiB, swapTotalBytes: 0, swapUsedBytes: 0 });
    expect(memory.availableBytes).toBeLessThan(45 * MiB);
    expect(memory.availableBytes).toBeGreaterThan(35 * MiB);
  });

  it('v2-container-host-namespace: what the pod has left can be less than what the container has', async () => {
    expect(await memoryOf('v2-container-host-namespace')).toMatchObject({ limitedBy: 'cgroup', limitBytes: 140 * MiB });
  });

  it('v2-container-host-mount: a cgroup that no mount names leaves the machine', async () => {
    expect(await memoryOf('v2-container-host-mount')).toMatchObject({ limitedBy: 'machine' });
  });

  it.each(['v1-hybrid-host', 'v1-container'])('%s: memory and what memory+swap leaves for swap', async (name) => {
    const memory = await memoryOf(name);
    expect(memory).toMatchObject({ limitedBy: 'cgroup', limitBytes: 180 * MiB, swapTotalBytes: 40 * MiB });
    expect(memory.availableBytes).toBeLessThan(61 * MiB);
    expect(memory.availableBytes).toBeGreaterThan(55 * MiB);
  });

  it('v1-nested: the parent’s limit and what it has left', async () => {
    expect(await memoryOf('v1-nested')).toMatchObject({
      limitedBy: 'cgroup',
      limitBytes: 100 * MiB,
      availableBytes: 100 * MiB - 64_241_664,
    });
  });
});

describe('OOM kills of recorded cgroups', () => {
  it.each([
    ['v2-container', '/sys/fs/cgroup', 0],
    ['v2-systemd', '/sys/fs/cgroup/system.slice/supervisor.service', 0],
    ['v2-systemd-after-oom', '/sys/fs/cgroup/system.slice/supervisor.service', 2],
    ['v2-systemd-made-again', '/sys/fs/cgroup/system.slice/supervisor.service', 1],
    ['v1-container', '/sys/fs/cgroup/memory', 0],
    ['v1-container-after-oom', '/sys/fs/cgroup/memory', 1],
  ])('%s', async (name, directory, kills) => {
    const root = recorded(name);
    const { oomKills } = await readCgroups.run(join(root, 'proc'), { ...nobody, root });
    expect(oomKills).toEqual([{ directory, identity: expect.stringMatching(/^\d+$/), kills }]);
  });

  it('are not told by the root cgroup of version 2', async () => {
    const root = recorded('v2-bare');
    const { oomKills } = await readCgroups.run(join(root, 'proc'), { ...nobody, root });
    expect(oomKills).toEqual([]);
  });

  it('of an ancestor include those of its descendants in version 2 only', async () => {
    const root2 = recorded('v2-systemd-made-again');
    const watched2 = ['/sys/fs/cgroup/system.slice', '/sys/fs/cgroup/system.slice/gpunode-exporter.service'];
    const version2 = await readCgroups.run(join(root2, 'proc'), { ...nobody, watched: watched2, root: root2 });
    expect(version2.oomKills).toMatchObject([{ directory: '/sys/fs/cgroup/system.slice', kills: 3 }]);
    const root1 = recorded('v1-nested');
    const watched1 = ['/sys/fs/cgroup/memory/node', '/sys/fs/cgroup/memory/gone'];
    const version1 = await readCgroups.run(join(root1, 'proc'), { ...nobody, watched: watched1, root: root1 });
    expect(version1.oomKills.map(({ directory }) => directory)).toEqual([
      '/sys/fs/cgroup/memory/node/llama',
      '/sys/fs/cgroup/memory/node',
    ]);
  });

  it('of the whole kernel are in vmstat', async () => {
    const root = recorded('v2-systemd-after-oom');
    expect(await readKernelCounts.run(join(root, 'proc'), null)).toMatchObject({
      bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      oomKills: 2,
    });
  });
});

describe('whose cgroup', () => {
  it('is that of the process that was asked for; one outside of the namespace cannot be placed', async () => {
    const root = recorded('v2-container-neighbour');
    const report = await readCgroups.run(join(root, 'proc'), { limitsOf: 872, pids: [872], watched: [], root });
    expect(report.directories).toEqual({});
    expect(report.levels).toMatchObject([{ limitBytes: 140 * MiB }]);
  });

  it('is the reader’s own for a pid that is gone', async () => {
    const root = recorded('v1-nested');
    const report = await readCgroups.run(join(root, 'proc'), { limitsOf: 4_000_000, pids: [], watched: [], root });
    expect(report.levels[0]).toMatchObject({ limitBytes: 100 * MiB });
  });

  it('reads this machine’s own without an error', async () => {
    const report = await readCgroups.run('/proc', {
      limitsOf: process.pid,
      pids: [process.pid],
      watched: [],
      root: '/',
    });
    for (const level of report.levels) {
      for (const value of Object.values(level)) expect(value).toBeGreaterThanOrEqual(0);
    }
  });
});
