import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import { unpackTree } from '../../support/unpack-tree.ts';
import { createFixture, recording, round, values } from './fixture.ts';
import type { Fixture } from './fixture.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function on(name: string): Fixture & { root: string } {
  const root = unpackTree(recording(name));
  roots.push(root);
  return Object.assign(createFixture(root), { root });
}

const MiB = 1024 ** 2;
const noFilesystems = { filesystems: [] };

describe('memory', () => {
  it('is that of the cgroup where it is lower, with every counter at 0', async () => {
    const outcome = await round(on('v1-hybrid-host').start(noFilesystems));
    expect(values(outcome)).toEqual({
      memory_limit_bytes: 180 * MiB,
      memory_available_bytes: 180 * MiB - (159_461_376 - 32_505_856),
      swap_total_bytes: 40 * MiB,
      swap_used_bytes: 0,
      'oom_kills_total host': 0,
      'oom_kills_total cgroup': 0,
    });
    expect(outcome.facts.memory?.limitedBy).toBe('cgroup');
  });

  it('is that of supervisord’s cgroup: a limit of the exporter alone says nothing of the programs', async () => {
    const fixture = on('v2-systemd');
    mkdirSync(join(fixture.root, 'proc/1'));
    writeFileSync(join(fixture.root, 'proc/1/cgroup'), '0::/system.slice/supervisor.service\n');
    writeFileSync(join(fixture.root, 'proc/self/cgroup'), '0::/system.slice/gpunode-exporter.service\n');
    writeFileSync(join(fixture.root, 'sys/fs/cgroup/system.slice/gpunode-exporter.service/memory.max'), '50000000\n');
    const collector = fixture.start(noFilesystems);
    expect(values(await round(collector))).toMatchObject({ memory_limit_bytes: 200 * MiB });
    // A supervisord that is silent for a while is still where it was.
    fixture.programs = undefined;
    expect(values(await round(collector))).toMatchObject({ memory_limit_bytes: 200 * MiB });
  });

  it('is absent, not 0, where the machine does not tell; the rest is there', async () => {
    const fixture = on('v2-systemd');
    fixture.machine = new SourceError('denied', 'no meminfo');
    const names = Object.keys(values(await round(fixture.start({ filesystems: [{ path: '/' }] }))));
    expect(names).toContain('filesystem_size_bytes /');
    expect(names.filter((name) => /memory|swap/.test(name))).toEqual([]);
  });

  it('fails when there is nothing at all to report', async () => {
    const fixture = on('v2-bare');
    fixture.machine = new SourceError('denied', 'no meminfo');
    fixture.answers.set('/workspace', new SourceError('unavailable', 'ENOENT'));
    await expect(fixture.start({}).collect(AbortSignal.timeout(1_000))).rejects.toMatchObject({ reason: 'denied' });
  });
});

describe('OOM kills', () => {
  const events = '/sys/fs/cgroup/system.slice/supervisor.service/memory.events';

  it('that happened before the first look are not counted, later ones are, with their time', async () => {
    const fixture = on('v2-systemd-after-oom');
    const collector = fixture.start(noFilesystems);
    const first = await round(collector);
    expect(values(first)).toMatchObject({ 'oom_kills_total host': 0, 'oom_kills_total cgroup': 0 });
    expect(first.saved?.changed).toBe('positions');
    expect((await round(collector)).saved?.changed).toBe('none');
    setCount(fixture.root, events, 'oom_kill', 5);
    setCount(fixture.root, '/proc/vmstat', 'oom_kill', 4);
    const later = await round(collector);
    expect(values(later)).toMatchObject({ 'oom_kills_total host': 2, 'oom_kills_total cgroup': 3 });
    expect(later.saved?.changed).toBe('counters');
    expect(later.events).toMatchObject([
      { kind: 'oom', subject: 'host', value: 2, atMs: fixture.host.clock.nowMs },
      { kind: 'oom', subject: 'node', value: 3 },
    ]);
    expect(later.facts.oomKills).toEqual({ host: 2, cgroup: 3 });
  });

  it('are counted once across a restart of the exporter, those in between too', async () => {
    const fixture = on('v2-systemd-after-oom');
    const before = fixture.start(noFilesystems);
    await round(before);
    setCount(fixture.root, events, 'oom_kill', 3);
    const { saved } = await round(before);
    setCount(fixture.root, events, 'oom_kill', 7);
    const after = fixture.start(noFilesystems, JSON.parse(JSON.stringify(saved?.data)));
    expect(values(await round(after))).toMatchObject({ 'oom_kills_total cgroup': 5 });
    expect(values(await round(after))).toMatchObject({ 'oom_kills_total cgroup': 5 });
  });

  it('of a cgroup that was made again count from its beginning, and the counter never goes back', async () => {
    const fixture = on('v2-systemd-after-oom');
    const collector = fixture.start(noFilesystems);
    await round(collector);
    const directory = join(fixture.root, 'sys/fs/cgroup/system.slice/supervisor.service');
    cpSync(directory, `${directory}.new`, { recursive: true });
    rmSync(directory, { recursive: true });
    renameSync(`${directory}.new`, directory);
    const again = await round(collector);
    expect(values(again)).toMatchObject({ 'oom_kills_total cgroup': 2, 'oom_kills_total host': 0 });
    expect(values(await round(collector))).toMatchObject({ 'oom_kills_total cgroup': 2 });
  });

  it.each([
    ['a reboot counts what happened since', -60_000, 2],
    ['another machine, up for long, does not count its past', -86_400_000, 0],
  ])('after %s', async (_what, bootedAgoMs, counted) => {
    const fixture = on('v2-systemd-after-oom');
    const first = fixture.start(noFilesystems);
    fixture.host.clock.nowMs = Date.now() - 3_600_000;
    const { saved } = await round(first);
    fixture.host.clock.nowMs = Date.now();
    writeFileSync(join(fixture.root, 'proc/sys/kernel/random/boot_id'), '00000000-0000-4000-8000-000000000000\n');
    writeFileSync(join(fixture.root, 'proc/uptime'), `${-bootedAgoMs / 1_000} 0.00\n`);
    expect(values(await round(fixture.start(noFilesystems, saved?.data)))).toMatchObject({
      'oom_kills_total host': counted,
    });
  });

  it('in a cgroup of its own are the program’s, even when it has died of it', async () => {
    const fixture = on('v1-hybrid-host');
    const llama = '/sys/fs/cgroup/memory/docker/llama';
    for (const [file, text] of Object.entries({
      'proc/self/cgroup': '4:memory:/docker/3f4e5d6c7b8a\n',
      'proc/77/cgroup': '4:memory:/docker/llama\n',
      [`${llama}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
    })) {
      mkdirSync(join(fixture.root, file, '..'), { recursive: true });
      writeFileSync(join(fixture.root, file), text);
    }
    fixture.programs = new Map([[77, 'llama']]);
    const collector = fixture.start(noFilesystems);
    await round(collector);
    setCount(fixture.root, `${llama}/memory.oom_control`, 'oom_kill', 1);
    expect((await round(collector)).events).toMatchObject([{ subject: 'llama', detail: llama }]);
    fixture.programs = new Map();
    setCount(fixture.root, `${llama}/memory.oom_control`, 'oom_kill', 2);
    const last = await round(collector);
    expect(values(last)).toMatchObject({ 'oom_kills_total cgroup': 2 });
  });

  it('are absent where the kernel does not tell, and state that makes no sense is none', async () => {
    const fixture = on('v2-bare');
    writeFileSync(join(fixture.root, 'proc/vmstat'), 'nr_free_pages 1\n');
    const outcome = await round(fixture.start(noFilesystems, { host: { total: -1 } }));
    expect(Object.keys(values(outcome)).filter((name) => name.startsWith('oom'))).toEqual([]);
  });
});

function setCount(root: string, file: string, name: string, count: number): void {
  const path = join(root, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(new RegExp(`^${name} \\d+$`, 'm'), `${name} ${count}`));
}
