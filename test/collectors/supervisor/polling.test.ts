import { describe, expect, test } from 'vitest';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** A program that has been running for an hour, followed by its log. */
async function running(made: Scenario): Promise<Scenario> {
  made.supervisord.add('llama', 'llama');
  made.supervisord.boot();
  made.supervisord.spawn('llama', 500);
  await made.exporter.round();
  made.pass(3_600);
  await made.exporter.round();
  return made;
}

const crash = ({ supervisord, pass }: Scenario, pid?: number): void => {
  supervisord.exit('llama', 'exit status 1');
  pass(0.1);
  supervisord.spawn('llama', pid);
};

describe('a log that is silent', () => {
  test('is found out ten seconds after a start that it did not tell', async () => {
    const made = await running(scenario());
    const { supervisord, exporter, pass, starts, exits, source } = made;
    supervisord.silent = true;
    crash(made);
    for (let round = 0; round < 2; round += 1) {
      await exporter.round();
      expect([source('llama'), starts('llama')]).toEqual(['main_log', {}]);
      pass(5);
    }
    await exporter.round();
    expect([source('llama'), starts('llama'), exits('llama')]).toEqual(['poll', { unknown: 1 }, { unknown: 1 }]);
    for (let round = 0; round < 3; round += 1) {
      crash(made);
      pass(5);
      await exporter.round();
    }
    expect([starts('llama'), exits('llama')]).toEqual([{ unknown: 4 }, { unknown: 4 }]);
    exporter.kill();
    crash(made);
    await exporter.round();
    expect(starts('llama')).toEqual({ unknown: 5 });
  });

  test('is found out also if the program never lives when it is looked at', async () => {
    const made = await running(scenario());
    const { supervisord, exporter, pass, source } = made;
    supervisord.silent = true;
    supervisord.exitTooQuickly('llama', 'exit status 1');
    for (let round = 0; round < 4; round += 1) {
      supervisord.spawn('llama');
      supervisord.exitTooQuickly('llama', 'exit status 1');
      pass(5);
      await exporter.round();
    }
    expect(source('llama')).toBe('poll');
  });

  test('is believed again when it tells a start', async () => {
    const made = await running(scenario());
    const { supervisord, exporter, pass, starts, exits, source } = made;
    supervisord.silent = true;
    crash(made);
    await exporter.round();
    pass(10);
    await exporter.round();
    expect(source('llama')).toBe('poll');
    supervisord.silent = false;
    pass(20);
    crash(made);
    await exporter.round();
    expect(source('llama')).toBe('main_log');
    expect(starts('llama')).toEqual({ unknown: 1, respawn: 1 });
    expect(exits('llama')).toEqual({ unknown: 1, unexpected: 1 });
    pass(30);
    crash(made);
    await exporter.round();
    expect(starts('llama')).toEqual({ unknown: 1, respawn: 2 });
    expect(exits('llama')).toEqual({ unknown: 1, unexpected: 2 });
    expect(exporter.histogram(metrics.runDuration.name, { program: 'llama' })).toMatchObject({ count: 1, sum: 30 });
  });

  test('by its level is known from the beginning', async () => {
    const made = scenario();
    const { supervisord, exporter, pass, starts, source } = made;
    supervisord.config.logLevel = 'warn';
    supervisord.silent = true;
    supervisord.add('llama', 'llama');
    supervisord.spawn('llama');
    await exporter.round();
    expect(source('llama')).toBe('poll');
    crash(made);
    pass(5);
    await exporter.round();
    expect(starts('llama')).toEqual({ unknown: 1 });
  });

  test('by its level, which shows only ends that were not expected: each end counts once', async () => {
    const made = scenario();
    const { supervisord, exporter, pass, starts, exits } = made;
    const spawn = (): void => {
      supervisord.silent = true;
      supervisord.spawn('llama');
      supervisord.silent = false;
    };
    supervisord.config.logLevel = 'warn';
    supervisord.add('llama', 'llama');
    spawn();
    await exporter.round();
    for (let round = 0; round < 3; round += 1) {
      pass(5);
      supervisord.exit('llama', 'exit status 1');
      spawn();
      await exporter.round();
    }
    expect([starts('llama'), exits('llama')]).toEqual([{ unknown: 3 }, { unexpected: 3 }]);
  });

  test('FATAL is seen once', async () => {
    const made = scenario();
    const { supervisord, exporter, pass } = made;
    supervisord.config.logLevel = 'warn';
    supervisord.silent = true;
    supervisord.add('llama', 'llama');
    supervisord.spawn('llama');
    await exporter.round();
    supervisord.exitTooQuickly('llama', 'exit status 1');
    supervisord.giveUp('llama');
    for (let round = 0; round < 3; round += 1) {
      pass(5);
      await exporter.round();
    }
    expect(exporter.value(metrics.gaveUp.name, { program: 'llama' })).toBe(1);
    // It was not stopped, and its code is not known.
    expect(exporter.value(metrics.lastExitTime.name, { program: 'llama' })).toBe(Date.UTC(2026, 0, 15, 12) / 1_000);
    expect(exporter.value(metrics.lastExitCode.name, { program: 'llama' })).toBeUndefined();
  });
});

describe('a log that may not be read', () => {
  test('for a moment changes nothing', async () => {
    const made = await running(scenario());
    const { host, exporter, pass, starts, exits, source } = made;
    host.logDenied = true;
    crash(made);
    pass(5);
    await exporter.round();
    expect(source('llama')).toBe('main_log');
    host.logDenied = false;
    await exporter.round();
    expect([starts('llama'), exits('llama')]).toEqual([{ respawn: 1 }, { unexpected: 1 }]);
  });

  test('for long is replaced by polling, and nothing counts twice when it comes back', async () => {
    const made = await running(scenario());
    const { host, exporter, pass, starts, exits, source } = made;
    host.logDenied = true;
    await exporter.round();
    pass(10);
    crash(made);
    pass(1);
    crash(made);
    await exporter.round();
    expect([source('llama'), starts('llama'), exits('llama')]).toEqual(['poll', { unknown: 1 }, { unknown: 1 }]);
    pass(60);
    crash(made);
    await exporter.round();
    expect(starts('llama')).toEqual({ unknown: 2 });
    host.logDenied = false;
    exporter.kill();
    await exporter.round();
    // The log tells of the start that polling missed, and of the same two.
    expect(source('llama')).toBe('main_log');
    expect(starts('llama')).toEqual({ unknown: 2, respawn: 1 });
    expect(exits('llama')).toEqual({ unknown: 2, unexpected: 1 });
    pass(5);
    crash(made);
    await exporter.round();
    expect(starts('llama')).toEqual({ unknown: 2, respawn: 2 });
    expect(host.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warn: supervisord's main log cannot be read: restarts are counted by polling, a lower bound",
    ]);
  });

  test('from the beginning is read back, not counted, when it can be read', async () => {
    const { host, supervisord, exporter, pass, starts, source } = scenario();
    supervisord.add('llama', 'llama');
    supervisord.boot();
    supervisord.spawn('llama');
    host.logDenied = true;
    await exporter.round();
    expect(source('llama')).toBe('poll');
    pass(60);
    host.logDenied = false;
    await exporter.round();
    expect([source('llama'), starts('llama')]).toEqual(['main_log', {}]);
  });
});

test('a process name in two groups is polled, the others are not', async () => {
  const { supervisord, exporter, pass, starts, source } = scenario({ programs: ['all'] });
  supervisord.add('one', 'twin');
  supervisord.add('two', 'twin');
  supervisord.add('llama', 'llama');
  supervisord.boot();
  for (const program of supervisord.programs.keys()) supervisord.spawn(program);
  await exporter.round();
  pass(60);
  supervisord.exit('one:twin', 'exit status 1');
  supervisord.spawn('one:twin');
  supervisord.exit('llama', 'exit status 1');
  supervisord.spawn('llama');
  await exporter.round();
  expect([source('one:twin'), starts('one:twin')]).toEqual(['poll', { unknown: 1 }]);
  expect([source('two:twin'), starts('two:twin')]).toEqual(['poll', {}]);
  expect([source('llama'), starts('llama')]).toEqual(['main_log', { respawn: 1 }]);
});

test('the end of a polled run is told by a restart of supervisord too, and counts once', async () => {
  const { supervisord, exporter, pass, starts, exits } = scenario({ programs: ['all'] });
  supervisord.add('one', 'twin');
  supervisord.add('two', 'twin');
  for (let reboots = 0; reboots < 3; reboots += 1) {
    supervisord.boot();
    for (const program of supervisord.programs.keys()) supervisord.spawn(program);
    await exporter.round();
    pass(60);
  }
  expect([starts('one:twin'), exits('one:twin')]).toEqual([{ unknown: 2 }, { unknown: 2 }]);
});
