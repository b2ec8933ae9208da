/** A real FUSE file system whose process is frozen, looked at by the real file agent. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createFileAgent } from '../../../src/agent/client.ts';
import { systemClock } from '../../../src/host.ts';
import { waitFor } from '../../node/poll.ts';
import { requireCommand } from '../../setup/packages.ts';
import { createTestHost } from '../../support/host.ts';
import { createFixture, round, values } from './fixture.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

it('one stuck mount hides no other, and is told of until it answers again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpunode-stuck-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  for (const each of [source, target]) mkdirSync(each);
  const daemon = spawn(requireCommand('bindfs'), ['-f', source, target], { stdio: 'ignore' });
  cleanups.push(() => {
    daemon.kill('SIGCONT');
    spawnSync('umount', ['-l', target]);
    daemon.kill('SIGKILL');
  });
  await waitFor('the mount', () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${target} `));

  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const agent = createFileAgent({
    command: [process.execPath, main, '__files'],
    clock: systemClock,
    log: createTestHost().log,
  });
  cleanups.push(() => agent.stop());
  const fixture = createFixture('/', agent);
  const filesystems = [{ path: target, require_mount: true }, { path: folder }];
  const collector = fixture.start({ timeout: '5s', filesystems });
  const mounted = `filesystem_mounted ${target}`;
  const [size, other] = [`filesystem_size_bytes ${target}`, `filesystem_size_bytes ${folder}`];
  // The agent takes a moment to start.
  const whole = await waitFor('a whole round', async () => {
    const seen = values(await round(collector));
    return seen[size] !== undefined && seen['memory_limit_bytes'] !== undefined && seen;
  });
  expect(whole).toMatchObject({ [mounted]: 1, [size]: expect.any(Number), [other]: expect.any(Number) });

  daemon.kill('SIGSTOP');
  for (let rounds = 0; rounds < 2; rounds += 1) {
    const stuck = await round(collector);
    expect(values(stuck)).toMatchObject({ [other]: whole[other], memory_limit_bytes: expect.any(Number) });
    expect(values(stuck)).not.toHaveProperty([size]);
    expect(values(stuck)).not.toHaveProperty([mounted]);
    expect(stuck.facts.filesystems[0]?.problem?.reason).toBe('timeout');
  }
  daemon.kill('SIGCONT');
  await waitFor('an answer', async () => values(await round(collector))[size] !== undefined);

  // Its process gone, the mount stays in the table and is none.
  daemon.kill('SIGKILL');
  await waitFor('the end of it', async () => values(await round(collector))[mounted] === 0);
  const said = fixture.host.lines.map(({ message }) => message).filter((message) => message.includes('looked at'));
  const [cannot, can] = ['file system cannot be looked at', 'file system can be looked at again'];
  // A dying FUSE process is reported with one errno first and with another later: a second line for the new reason.
  expect(said.filter((message, index) => message !== said[index - 1])).toEqual([cannot, can, cannot]);
});
