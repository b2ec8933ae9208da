import { rmSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { down } from './fake-supervisord.ts';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const hour = 3_600;
const llama = { program: 'llama' };

const crash = ({ supervisord, pass }: Scenario): void => {
  supervisord.exit('llama', 'exit status 3');
  pass(0.1);
  supervisord.spawn('llama');
};

/** A program that has crashed before anybody looked. */
function withHistory(made: Scenario): void {
  made.supervisord.add('llama', 'llama');
  made.supervisord.boot();
  made.supervisord.spawn('llama');
  made.pass(hour);
  crash(made);
  made.pass(60);
}

describe('the first start of all', () => {
  test('reads the log back for context and counts nothing', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    expect([made.starts('llama'), made.exits('llama'), made.source('llama')]).toEqual([{}, {}, 'main_log']);
    expect(made.exporter.value(metrics.lastExitCode.name, llama)).toBe(3);
    expect(made.exporter.value(metrics.lastExitTime.name, llama)).toBe(Date.UTC(2026, 0, 15, 13) / 1_000);
    expect(made.exporter.value(metrics.lastRun.name, llama)).toBe(hour);
    crash(made);
    await made.exporter.round();
    expect([made.starts('llama'), made.exits('llama')]).toEqual([{ respawn: 1 }, { unexpected: 1 }]);
    expect(made.exporter.histogram(metrics.runDuration.name, llama)).toMatchObject({ count: 1, sum: 60 });
  });

  test('gives the history what happened before', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    const events = [...made.exporter.events.values()].map(({ kind, detail, value }) => [kind, detail, value]);
    expect(events).toEqual([
      ['start', 'initial', undefined],
      ['exit', 'unexpected 3', hour],
      ['start', 'respawn', undefined],
    ]);
  });

  test('knows the times where supervisord lives in another zone', async () => {
    const made = scenario({ zoneOffsetMs: 5.75 * hour * 1_000 });
    withHistory(made);
    await made.exporter.round();
    expect(made.exporter.value(metrics.lastExitTime.name, llama)).toBe(Date.UTC(2026, 0, 15, 13) / 1_000);
    const [start] = made.exporter.events.values();
    expect(start?.atMs).toBe(Date.UTC(2026, 0, 15, 12));
    crash(made);
    await made.exporter.round();
    expect(made.exporter.histogram(metrics.runDuration.name, llama)).toMatchObject({ count: 1, sum: 60 });
  });

  test('knows them too where the log appears later', async () => {
    const made = scenario({ zoneOffsetMs: 5 * hour * 1_000 });
    rmSync(made.supervisord.logFile);
    made.supervisord.failure = down();
    await made.exporter.round();
    made.pass(5);
    made.supervisord.failure = undefined;
    made.supervisord.add('llama', 'llama');
    made.supervisord.boot();
    made.supervisord.spawn('llama');
    made.pass(2);
    crash(made);
    await made.exporter.round();
    expect(made.exporter.value(metrics.lastExitTime.name, llama)).toBe(Date.UTC(2026, 0, 15, 12, 0, 7) / 1_000);
    made.pass(60);
    crash(made);
    await made.exporter.round();
    expect(made.exporter.histogram(metrics.runDuration.name, llama)).toMatchObject({ count: 2 });
  });

  test('skips what is more than fifty megabytes back', async () => {
    const made = scenario();
    made.supervisord.add('llama', 'llama');
    made.supervisord.boot();
    made.supervisord.line(`INFO ${'x'.repeat(60_000)}`.repeat(900));
    made.supervisord.spawn('llama');
    await made.exporter.round();
    crash(made);
    await made.exporter.round();
    expect([made.starts('llama'), made.exits('llama')]).toEqual([{ respawn: 1 }, { unexpected: 1 }]);
  });
});

describe('after the death of the exporter', () => {
  test('what happened meanwhile is counted, once', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    for (let death = 0; death < 3; death += 1) {
      made.exporter.kill();
      await made.host.forgetFiles();
      crash(made);
      if (death === 1) made.supervisord.rotate();
      crash(made);
      await made.exporter.round();
      await made.exporter.round();
      expect(made.starts('llama')).toEqual({ respawn: 2 * (death + 1) });
      expect(made.exits('llama')).toEqual({ unexpected: 2 * (death + 1) });
    }
  });

  test.each(['__proto__', 'constructor', 'a[b]', "it's", 'x(exit', 'ünï"q'])('a program named %s too', async (name) => {
    const { supervisord, exporter, pass, starts } = scenario({ programs: [name] });
    supervisord.add(name, name);
    await exporter.round();
    supervisord.boot();
    for (let death = 0; death < 3; death += 1) {
      supervisord.spawn(name);
      pass(60);
      supervisord.exit(name, 'exit status 3');
      await exporter.round();
      exporter.kill();
    }
    supervisord.spawn(name);
    await exporter.round();
    expect(starts(name)).toEqual({ initial: 1, respawn: 3 });
  });

  test('a round whose result was lost counts nothing twice', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    const before = structuredClone(made.exporter.saved);
    crash(made);
    await made.exporter.round();
    const events = made.exporter.events.size;
    made.exporter.kill(before);
    await made.exporter.round();
    expect(made.starts('llama')).toEqual({ respawn: 1 });
    expect(made.exporter.events.size).toBe(events);
  });

  test('nothing is shown before all that was missed is read', async () => {
    const made = scenario({ config: { timeout: '100ms' } });
    withHistory(made);
    await made.exporter.round();
    made.exporter.kill();
    for (let missed = 0; missed < 30_000; missed += 1) crash(made);
    made.host.slowReading = true;
    for (let behind = 0; behind < 3; behind += 1) {
      expect(await made.exporter.round()).toMatchObject({ ok: false, reason: 'timeout', health: [] });
    }
    made.host.slowReading = false;
    await made.exporter.round();
    expect(made.starts('llama')).toEqual({ respawn: 30_000 });
  });

  test('a log that is gone is begun anew', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    crash(made);
    await made.exporter.round();
    made.exporter.kill();
    await made.host.forgetFiles();
    rmSync(made.supervisord.logFile);
    crash(made);
    await made.exporter.round();
    expect(made.exporter.wentBack).toEqual([]);
    expect(made.starts('llama')).toEqual({ respawn: 2 });
  });

  test('state without a position is context', async () => {
    const made = scenario();
    withHistory(made);
    await made.exporter.round();
    crash(made);
    await made.exporter.round();
    made.exporter.kill({ ...(made.exporter.saved as object), position: undefined });
    await made.exporter.round();
    expect(made.starts('llama')).toEqual({ respawn: 1 });
  });
});

test('lines that were lost are made up for by what supervisord shows, and nothing else', async () => {
  const made = scenario();
  const { supervisord, exporter, pass, starts, exits, source } = made;
  supervisord.config.mainLogRotation = { maxBytes: 400, backups: 0 };
  withHistory(made);
  await exporter.round();
  // Ten crashes of which nobody reads a line.
  for (let lost = 0; lost < 10; lost += 1) crash(made);
  truncateSync(supervisord.logFile);
  supervisord.line('INFO something else');
  await exporter.round();
  pass(10);
  await exporter.round();
  expect([source('llama'), starts('llama'), exits('llama')]).toEqual(['main_log', { unknown: 1 }, { unknown: 1 }]);
  pass(hour);
  crash(made);
  await exporter.round();
  expect([starts('llama'), exits('llama')]).toEqual([
    { unknown: 1, respawn: 1 },
    { unknown: 1, unexpected: 1 },
  ]);
});

test('saved: at once when something was counted, not at all when nothing happened', async () => {
  const made = scenario();
  withHistory(made);
  const changes = [];
  changes.push((await made.exporter.round()).saved?.changed);
  made.pass(5);
  changes.push((await made.exporter.round()).saved?.changed);
  crash(made);
  changes.push((await made.exporter.round()).saved?.changed);
  made.supervisord.line('INFO supervisord logreopen');
  changes.push((await made.exporter.round()).saved?.changed);
  made.supervisord.rotate();
  made.supervisord.line('INFO supervisord logreopen');
  await made.exporter.round();
  changes.push((await made.exporter.round()).saved?.changed);
  made.supervisord.failure = down();
  changes.push((await made.exporter.round()).saved?.changed);
  expect(changes).toEqual(['counters', 'none', 'counters', 'positions', 'none', 'none']);
});

test('an answer that does not come leaves the counters and takes the states', async () => {
  const made = scenario({ config: { timeout: '200ms' } });
  withHistory(made);
  await made.exporter.round();
  made.supervisord.hang = true;
  crash(made);
  const startedMs = performance.now();
  const outcome = await made.exporter.round();
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(outcome).toMatchObject({ ok: false, reason: 'timeout', withdraw: true });
  expect(made.exporter.value(metrics.up.name)).toBe(0);
  expect(made.starts('llama')).toEqual({ respawn: 1 });
});
