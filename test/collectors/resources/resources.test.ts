import { describe, expect, it } from 'vitest';
import type { Collector, CollectorContext, OkOutcome, Sample } from '../../../src/core/contract.ts';
import { resourcesModule } from '../../../src/collectors/resources/index.ts';
import type { ResourcesFacts } from '../../../src/collectors/resources/index.ts';
import { createOwnerService } from '../../../src/sources/procfs/owners.ts';
import type { SupervisordService } from '../../../src/sources/supervisord/types.ts';
import type { Sources } from '../../../src/sources/index.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';
import { startSupervisord } from '../../sources/procfs/real-supervisord.ts';
import { snapshotOf, supervisordOf } from '../../sources/procfs/snapshot.ts';

interface Bench {
  readonly host: TestHost;
  /** One round, five seconds after the one before. */
  readonly round: () => Promise<OkOutcome<ResourcesFacts>>;
}

function createBench(programs: string[], supervisord: SupervisordService): Bench {
  const host = createTestHost();
  const sources: Sources = { supervisord, owners: createOwnerService(host, supervisord) };
  const context: CollectorContext<Sources> = { host, programs, sources, restored: undefined };
  const collector = resourcesModule.create(
    resourcesModule.configSchema.parse({}),
    context,
  ) as Collector<ResourcesFacts>;
  return {
    host,
    async round() {
      host.clock.nowMs += 5_000;
      const outcome = await collector.collect(AbortSignal.timeout(10_000));
      if (!outcome.ok) throw new Error(outcome.error);
      return outcome;
    },
  };
}

/** `name program` → value. */
function values(samples: readonly Sample[]): Record<string, number> {
  return Object.fromEntries(
    samples.map(({ metric, labels, value }) => [
      `${metric.name.replace('gpunode_program_', '')} ${labels['program']}`,
      Number(value),
    ]),
  );
}

describe('resources', () => {
  it('sums a whole process group of a real program, and keeps its counter when it is gone', async () => {
    const megabytes = 'kept=$(head -c 20000000 /dev/zero | tr "\\\\0" x)';
    const supervisord = await startSupervisord({
      hungry: `${megabytes}\nsleep 600 &\nsetsid sleep 601 &\n(while :; do :; done) &\nwait\n`,
      idle: 'exec sleep 602\n',
    });
    const { round } = createBench(['hungry', 'idle', 'missing'], supervisordOf(supervisord.snapshot));
    const read = async (): Promise<Record<string, number>> => values((await round()).samples);
    await expect.poll(async () => (await read())['cpu_seconds_total hungry'], { timeout: 20_000 }).toBeGreaterThan(0.3);

    const running = await read();
    expect(running).toMatchObject({
      'processes hungry': 4,
      'processes idle': 1,
      'processes missing': 0,
      'cpu_seconds_total missing': 0,
    });
    expect(running['memory_bytes hungry']).toBeGreaterThan(20_000_000);
    expect(running['memory_bytes idle']).toBeLessThan(10_000_000);
    expect(running['open_fds idle']).toBeGreaterThan(2);
    expect(running).not.toHaveProperty('memory_bytes missing');

    // supervisord kills the wrapper; what it started lives on as orphans.
    await supervisord.control('stop', 'hungry');
    const { samples, facts } = await round();
    const stopped = values(samples);
    expect(stopped).toMatchObject({ 'processes hungry': 0, 'processes idle': 1 });
    expect(stopped).not.toHaveProperty('memory_bytes hungry');
    expect(stopped).not.toHaveProperty('open_fds hungry');
    expect(stopped['cpu_seconds_total hungry']).toBeGreaterThanOrEqual(running['cpu_seconds_total hungry'] ?? 1);
    expect(facts.orphans.filter((each) => each.formerProgram === 'hungry').length).toBeGreaterThanOrEqual(3);
  });

  it('says nothing of programs whose processes are not visible', async () => {
    const { round } = createBench(
      ['llama'],
      supervisordOf(() => snapshotOf(4_999_998, { llama: 4_999_999 })),
    );
    expect(values((await round()).samples)).toEqual({ 'cpu_seconds_total llama': 0 });
  });

  it('expands a group’s name as soon as supervisord knows it', async () => {
    let snapshot = snapshotOf(1, {});
    const { round } = createBench(
      ['gpu'],
      supervisordOf(() => snapshot),
    );
    expect(values((await round()).samples)).toEqual({ 'cpu_seconds_total gpu': 0, 'processes gpu': 0 });
    snapshot = snapshotOf(1, { 'gpu:w_00': 0, 'gpu:w_01': 0, other: 0 });
    const expanded = values((await round()).samples);
    expect(Object.keys(expanded).filter((key) => key.startsWith('processes'))).toEqual([
      'processes gpu:w_00',
      'processes gpu:w_01',
    ]);
  });

  it('watches everything that supervisord knows as `all`', async () => {
    const { round } = createBench(
      ['all'],
      supervisordOf(() => snapshotOf(1, { a: 0, b: 0 })),
    );
    expect(Object.keys(values((await round()).samples)).filter((key) => key.startsWith('processes'))).toEqual([
      'processes a',
      'processes b',
    ]);
  });

  it('fails when supervisord does', async () => {
    const { round } = createBench(
      ['llama'],
      supervisordOf(() => Promise.reject(new Error('down'))),
    );
    await expect(round()).rejects.toThrow('down');
  });

  it('refuses unknown keys', () => {
    expect(resourcesModule.configSchema.safeParse({ intervall: '5s' }).success).toBe(false);
    expect(resourcesModule.configSchema.parse({ interval: '1m' })).toEqual({ interval: 60_000, timeout: 2_000 });
  });
});
