import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

describe('file systems', () => {
  const required = { filesystems: [{ path: '/workspace', require_mount: true }] };
  const usage = { realPath: '/workspace', sizeBytes: 1_000, availableBytes: 400 };

  function withTable(fixture: Fixture & { root: string }, table: string, pid: number | 'self' = 'self'): void {
    const directory = join(fixture.root, 'proc', String(pid));
    mkdirSync(directory, { recursive: true });
    const file = join(import.meta.dirname, '../../captures/mounts', `${table}.mountinfo`);
    writeFileSync(join(directory, 'mountinfo'), readFileSync(file));
  }

  it('are not told of a path that is not there', async () => {
    const fixture = on('v2-bare');
    fixture.answers.set(
      '/workspace',
      new SourceError('unavailable', 'no such file', { cause: Object.assign(new Error('gone'), { code: 'ENOENT' }) }),
    );
    withTable(fixture, 'not-mounted');
    const shown = values(await round(fixture.start(required)));
    expect(shown).toMatchObject({ 'filesystem_mounted /workspace': 0 });
    expect(Object.keys(shown).filter((key) => key.startsWith('filesystem_'))).toEqual([
      'filesystem_mounted /workspace',
    ]);
  });

  it('come and go, turn read-only, and say so once', async () => {
    const fixture = on('v2-bare');
    fixture.answers.set('/workspace', usage);
    withTable(fixture, 'mounted');
    const collector = fixture.start(required);
    const mounted = await round(collector);
    expect(values(mounted)).toMatchObject({
      'filesystem_size_bytes /workspace': 1_000,
      'filesystem_available_bytes /workspace': 400,
      'filesystem_read_only /workspace': 0,
      'filesystem_mounted /workspace': 1,
    });
    expect(mounted.events).toEqual([]);
    withTable(fixture, 'read-only');
    const readOnly = await round(collector);
    expect(values(readOnly)).toMatchObject({
      'filesystem_read_only /workspace': 1,
      'filesystem_mounted /workspace': 1,
    });
    expect(readOnly.events).toMatchObject([{ kind: 'mount', subject: '/workspace', detail: 'read-only' }]);
    withTable(fixture, 'not-mounted');
    const gone = await round(collector);
    expect(values(gone)).toMatchObject({ 'filesystem_mounted /workspace': 0 });
    expect(gone.events).toMatchObject([{ detail: 'not mounted' }, { detail: 'writable' }]);
    const lines = fixture.host.lines.filter(({ message }) => message.startsWith('mount options'));
    expect(lines.map(({ fields }) => fields['options'])).toEqual([
      expect.stringMatching(/^tmpfs rw,/),
      expect.stringMatching(/^tmpfs ro,/),
      expect.stringMatching(/^rootfs rw/),
    ]);
    expect((await round(collector)).events).toEqual([]);
  });

  it('export gpunode_filesystem_mounted only where a mount is required', async () => {
    const fixture = on('v2-bare');
    fixture.answers.set('/workspace', usage);
    const { facts, samples } = await round(fixture.start({}));
    expect(samples.map(({ metric }) => metric.name)).not.toContain('gpunode_filesystem_mounted');
    expect(facts.filesystems).toMatchObject([{ path: '/workspace', requireMount: false, mounted: false }]);
  });

  it.each([
    ['hangs', new SourceError('timeout', 'late'), undefined],
    ['may not be entered', new SourceError('denied', 'no'), 1],
    ['lost its server', new SourceError('error', 'x', { cause: { code: 'ESTALE' } }), 0],
    ['lost its FUSE process', new SourceError('unavailable', 'x', { cause: { code: 'ENOTCONN' } }), 0],
  ])('that %s: mounted is what can be said of it', async (_what, answer, mounted) => {
    const fixture = on('v2-bare');
    withTable(fixture, 'mounted');
    fixture.answers.set('/workspace', answer);
    const collector = fixture.start({ filesystems: [...required.filesystems, { path: '/' }] });
    const outcome = await round(collector);
    expect(values(outcome)['filesystem_mounted /workspace']).toBe(mounted);
    expect(values(outcome)['filesystem_size_bytes /workspace']).toBeUndefined();
    expect(values(outcome)['filesystem_size_bytes /']).toBeGreaterThan(0);
    expect(outcome.facts.filesystems[0]?.problem?.reason).toBe(answer.reason);
    await round(collector);
    const said = fixture.host.lines.filter(({ message }) => message === 'file system cannot be looked at');
    expect(said).toHaveLength(1);
  });

  it('that only the exporter’s service manager made read-only are writable for the programs', async () => {
    const fixture = on('v2-bare');
    fixture.answers.set('/workspace', usage);
    withTable(fixture, 'mounted');
    const own = join(fixture.root, 'proc/self/mountinfo');
    writeFileSync(own, readFileSync(own, 'utf8').replace('/ /workspace rw,relatime', '/ /workspace ro,relatime'));
    const collector = fixture.start(required);
    expect(values(await round(collector))).toMatchObject({ 'filesystem_read_only /workspace': 1 });
    withTable(fixture, 'mounted', 1);
    expect(values(await round(collector))).toMatchObject({ 'filesystem_read_only /workspace': 0 });
  });

  it('hide credentials in their options', async () => {
    const fixture = on('v2-bare');
    fixture.answers.set('/workspace', usage);
    appendFileSync(
      join(fixture.root, 'proc/self/mountinfo'),
      '99 1 0:99 / /workspace rw - cifs //nas/x rw,username=ops,password=hunter2,credentials=/etc/cifs\n',
    );
    const outcome = await round(fixture.start(required));
    expect(outcome.facts.filesystems[0]?.options).toBe('rw,username=ops,password=***,credentials=***');
    expect(JSON.stringify([outcome, fixture.host.lines])).not.toContain('hunter2');
  });
});

describe('a round', () => {
  it('ends with its signal though nothing answers', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const fixture = createFixture('/', { call: never, stuckMs: () => 0 });
    await expect(fixture.start({}).collect(AbortSignal.timeout(20))).rejects.toMatchObject({ reason: 'timeout' });
  });
});
