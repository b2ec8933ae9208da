import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import type { FileOperation, Files } from '../../../src/core/host.ts';
import { createOwnerService } from '../../../src/sources/procfs/owners.ts';
import type { Owner, ProcessLook } from '../../../src/sources/procfs/types.ts';
import { createTestHost } from '../../support/host.ts';
import { asNobody, isRoot, statLine, temporaryTree } from './fixture.ts';
import { startSupervisord } from './real-supervisord.ts';
import { snapshotOf, supervisordOf } from './snapshot.ts';

const options = { timeoutMs: 5_000 };
const wrapped = { kind: 'program', program: 'wrapped' };
const orphan = { kind: 'orphan', formerProgram: 'wrapped' };

/** Owners of all processes whose name is `comm`. */
function ownersOf(look: ProcessLook, comm: string): Owner[] {
  const found = [...look.processes.values()].filter((each) => each.comm === comm);
  return found.map((each) => look.ownerOf(each.pid)).filter((each) => each.kind !== 'foreign');
}

function countedHost(): { host: ReturnType<typeof createTestHost>; calls: string[] } {
  const calls: string[] = [];
  const inner = createTestHost();
  const files: Files = {
    call<Args, Result>(operation: FileOperation<Args, Result>, path: string, args: Args): Promise<Result> {
      calls.push(operation.name);
      return inner.files.call(operation, path, args, options);
    },
    stuckMs: () => 0,
  };
  return { host: createTestHost({ files }), calls };
}

describe('createOwnerService', () => {
  it('follows the processes of a real supervisord through the death of a wrapper script', async () => {
    const supervisord = await startSupervisord({
      // A child, one that has left the process group, and one that has left its parents too.
      wrapped: 'sleep 600 &\nsetsid sleep 601 &\n(setsid sleep 602 &)\nwait\n',
      other: 'exec sleep 603',
    });
    const host = createTestHost();
    const service = createOwnerService(host, supervisordOf(supervisord.snapshot));
    const look = async (): Promise<ProcessLook> => {
      host.clock.nowMs += 5_000;
      return await service.look(options);
    };

    await expect.poll(async () => ownersOf(await look(), 'sleep').length, { timeout: 20_000 }).toBe(4);
    const before = await look();
    const leader = before.snapshot.programs.find((each) => each.program === 'wrapped')?.pid ?? 0;
    const sleeps = [...before.processes.values()].filter((each) => each.comm === 'sleep');
    const mine = sleeps.filter((each) => before.ownerOf(each.pid).kind === 'program').map((each) => each.pid);
    expect(mine.map((pid) => before.ownerOf(pid))).toEqual(
      expect.arrayContaining([wrapped, wrapped, wrapped, { kind: 'program', program: 'other' }]),
    );
    expect(before.ownerOf(leader)).toEqual(wrapped);
    let current = before.snapshot;
    const blind = createOwnerService(
      host,
      supervisordOf(() => current),
    );
    await asNobody(() => blind.look(options));
    host.clock.nowMs += 5_000;

    process.kill(leader, 'SIGKILL');
    await expect
      .poll(async () => ownersOf(await look(), 'sleep').filter((each) => each.kind === 'program').length, {
        timeout: 20_000,
        interval: 100,
      })
      .toBe(4);
    const after = await look();
    const left = mine.map((pid) => after.ownerOf(pid)).filter((each) => each.kind === 'orphan');
    expect(left).toEqual([orphan, orphan, orphan]);

    // Who may not read environments still knows the process group that it saw alive; the others look like strangers.
    current = await supervisord.snapshot();
    const found = await asNobody(async () => [...(await blind.owners(mine, options)).values()]);
    const strangers = isRoot ? 'foreign' : 'orphan';
    expect(found.map((each) => each.kind).toSorted()).toEqual([strangers, strangers, 'orphan', 'program']);
  });

  it('shares one look among callers of the same moment', async () => {
    const root = temporaryTree({ '50/stat': statLine({ pid: 50, comm: 'supervisord' }), '50/environ': '' });
    const { host, calls } = countedHost();
    const service = createOwnerService(
      host,
      supervisordOf(() => snapshotOf(50, {})),
      root,
    );
    const [one, two] = await Promise.all([service.look(options), service.look(options)]);
    expect(one).toBe(two);
    expect(await service.look(options)).toBe(one);
    host.clock.nowMs += 1_000;
    expect(await service.look(options)).not.toBe(one);
    expect(calls.filter((name) => name === 'procfs.processes')).toHaveLength(2);
  });

  it('reads an environment once', async () => {
    const root = temporaryTree({
      '50/stat': statLine({ pid: 50, comm: 'supervisord' }),
      '50/environ': '',
      '60/stat': statLine({ pid: 60 }),
      '60/environ': '',
    });
    const { host, calls } = countedHost();
    const service = createOwnerService(
      host,
      supervisordOf(() => snapshotOf(50, {})),
      root,
    );
    for (let round = 0; round < 5; round += 1) {
      await service.look(options);
      host.clock.nowMs += 5_000;
    }
    expect(calls.filter((name) => name === 'procfs.environment')).toHaveLength(1);
  });

  it('takes a second look with a fresh snapshot when a program was restarted in between', async () => {
    const root = temporaryTree({
      '50/stat': statLine({ pid: 50, comm: 'supervisord' }),
      '101/stat': statLine({ pid: 101, ppid: 50 }),
    });
    const ages: number[] = [];
    const supervisord = {
      ...supervisordOf(() => snapshotOf(50, {})),
      snapshot: ({ maxAgeMs }: { maxAgeMs: number }) => {
        ages.push(maxAgeMs);
        return Promise.resolve(snapshotOf(50, { llama: maxAgeMs === 0 ? 101 : 100 }));
      },
    };
    const service = createOwnerService(createTestHost(), supervisord, root);
    expect(await service.owners([101], options)).toEqual(new Map([[101, { kind: 'program', program: 'llama' }]]));
    expect(ages).toEqual([1_000, 0]);
  });

  it('fails as supervisord does, and recovers', async () => {
    let down = true;
    const root = temporaryTree({
      '50/stat': statLine({ pid: 50, comm: 'python3' }),
      '50/cmdline': 'python3\0supervisord\0',
    });
    const supervisord = supervisordOf(() => {
      if (down) throw new SourceError('denied', 'no');
      return snapshotOf(50, {});
    });
    const service = createOwnerService(createTestHost(), supervisord, root);
    await expect(service.look(options)).rejects.toMatchObject({ reason: 'denied' });
    down = false;
    expect((await service.look(options)).ownerOf(50)).toEqual({ kind: 'foreign' });
  });

  it('lets a caller go when its time is over', async () => {
    const service = createOwnerService(
      createTestHost(),
      supervisordOf(() => new Promise(() => undefined)),
    );
    const signal = AbortSignal.abort();
    await expect(service.look({ timeoutMs: 60_000, signal })).rejects.toMatchObject({ reason: 'timeout' });
  });
});
