import { describe, expect, test } from 'vitest';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { NotAskedError } from '../../../src/sources/supervisord/fault.ts';
import { denied, down } from './fake-supervisord.ts';
import { scenario } from './scenario.ts';

const series = (metric: { readonly name: string }): string => metric.name;

describe('before anything is known', () => {
  test('every expected program has its counters at 0, also while supervisord is down', async () => {
    const { supervisord, exporter, starts, exits } = scenario({ programs: ['fastapi', 'llama'] });
    supervisord.failure = down();
    const outcome = await exporter.round();
    expect(outcome).toMatchObject({ ok: false, reason: 'unavailable', withdraw: true });
    for (const program of ['fastapi', 'llama']) {
      expect(exporter.value(series(metrics.expected), { program })).toBe(1);
      expect(exporter.series(series(metrics.starts), { program })).toHaveLength(4);
      expect(exporter.series(series(metrics.exits), { program })).toHaveLength(6);
      expect(exporter.histogram(series(metrics.runDuration), { program })?.count).toBe(0);
      expect([starts(program), exits(program)]).toEqual([{}, {}]);
    }
    expect(exporter.value(series(metrics.up))).toBe(0);
    expect(exporter.series(series(metrics.programState), {})).toEqual([]);
    expect(exporter.series(series(metrics.lastExitTime), {})).toEqual([]);
  });

  test('a program may have a name that every object answers to', async () => {
    const { supervisord, exporter, starts } = scenario({ programs: ['constructor', 'toString'] });
    supervisord.add('constructor', 'constructor');
    await exporter.round();
    expect(exporter.value(series(metrics.expected), { program: 'toString' })).toBe(1);
    expect(exporter.value(series(metrics.gaveUp), { program: 'constructor' })).toBe(0);
    expect(starts('toString')).toEqual({});
  });

  test('not allowed to ask is not known to be down', async () => {
    const { supervisord, exporter } = scenario();
    supervisord.failure = denied();
    expect(await exporter.round()).toMatchObject({ ok: false, reason: 'denied' });
    expect(exporter.value(series(metrics.up))).toBeUndefined();
  });

  test('nor is it where what has to be read before hangs', async () => {
    const { supervisord, exporter } = scenario();
    supervisord.failure = new NotAskedError();
    expect(await exporter.round()).toMatchObject({ ok: false, reason: 'timeout' });
    expect(exporter.value(series(metrics.up))).toBeUndefined();
  });

  test('what an earlier run of another kind left is not believed', async () => {
    const { supervisord, exporter, starts } = scenario({ saved: { programs: { llama: { starts: 7 } } } });
    supervisord.add('llama', 'llama');
    await exporter.round();
    expect(starts('llama')).toEqual({});
  });
});

test('states are those of the newest answer', async () => {
  const { supervisord, exporter, pass } = scenario({ programs: ['llama', 'ghost'] });
  supervisord.add('llama', 'llama');
  supervisord.boot();
  supervisord.spawn('llama', 77);
  await exporter.round();
  const state = (program: string): string[] =>
    exporter
      .series(series(metrics.programState), { program })
      .flatMap(([labels, value]) => (value === 1 ? [labels['state'] ?? ''] : []));
  expect(state('llama')).toEqual(['RUNNING']);
  expect(exporter.value(series(metrics.programStateCode), { program: 'llama' })).toBe(20);
  expect(exporter.value(series(metrics.up))).toBe(1);
  expect(exporter.value(series(metrics.state), { state: 'RUNNING' })).toBe(1);
  expect(exporter.value(series(metrics.startTime), { program: 'llama' })).toBe(
    Math.floor(Date.UTC(2026, 0, 15, 12) / 1_000),
  );
  // supervisord answered and does not know it: in no state, and without a code.
  expect(exporter.series(series(metrics.programState), { program: 'ghost' })).toHaveLength(8);
  expect(state('ghost')).toEqual([]);
  expect(exporter.value(series(metrics.programStateCode), { program: 'ghost' })).toBeUndefined();

  pass(5);
  supervisord.failure = down();
  const outcome = await exporter.round();
  expect(outcome).toMatchObject({ ok: false, withdraw: true });
  expect(state('llama')).toEqual([]);
  expect(exporter.value(series(metrics.startTime), { program: 'llama' })).toBeUndefined();
  expect(exporter.value(series(metrics.starts), { program: 'llama', trigger: 'initial' })).toBe(0);
});

test('facts for the checklist', async () => {
  const { supervisord, exporter, pass } = scenario({ programs: ['llama', 'ghost'] });
  supervisord.add('llama', 'llama', { startsecs: 5, autostart: true });
  supervisord.boot();
  supervisord.spawn('llama', 77);
  pass(30);
  const outcome = await exporter.round();
  expect(outcome.ok && outcome.facts).toMatchInlineSnapshot(`
    {
      "identification": "supervisor",
      "pid": 1,
      "programs": [
        {
          "autostart": true,
          "exits": {
            "expected": 0,
            "signal": 0,
            "spawn_error": 0,
            "stopped": 0,
            "unexpected": 0,
            "unknown": 0,
          },
          "gaveUp": 0,
          "program": "llama",
          "source": "main_log",
          "starts": {
            "initial": 0,
            "requested": 0,
            "respawn": 0,
            "unknown": 0,
          },
          "startsecs": 5,
          "status": {
            "pid": 77,
            "spawnError": "",
            "startSeconds": 1768478400,
            "state": "RUNNING",
            "stateCode": 20,
            "uptimeSeconds": 30,
          },
        },
        {
          "exits": {
            "expected": 0,
            "signal": 0,
            "spawn_error": 0,
            "stopped": 0,
            "unexpected": 0,
            "unknown": 0,
          },
          "gaveUp": 0,
          "program": "ghost",
          "source": "main_log",
          "starts": {
            "initial": 0,
            "requested": 0,
            "respawn": 0,
            "unknown": 0,
          },
        },
      ],
      "state": "RUNNING",
      "version": "4.2.5",
    }
  `);
});

describe('targets', () => {
  test('a group stands for its members as soon as they are known, and for what it was while they are not', async () => {
    const { supervisord, exporter } = scenario({ programs: ['worker', 'all'] });
    const expected = (): string[] =>
      exporter.series(series(metrics.expected), {}).map(([labels]) => labels['program'] ?? '');
    supervisord.failure = down();
    await exporter.round();
    expect(expected()).toEqual(['worker']);
    supervisord.failure = undefined;
    supervisord.add('worker', 'worker_00');
    supervisord.add('worker', 'worker_01');
    supervisord.add('other', 'other');
    await exporter.round();
    expect(expected()).toEqual(['worker:worker_00', 'worker:worker_01', 'other']);
    supervisord.failure = down();
    supervisord.config.programs = [];
    await exporter.round();
    expect(expected()).toEqual(['worker:worker_00', 'worker:worker_01', 'other']);
    exporter.kill();
    await exporter.round();
    expect(expected()).toEqual(['worker:worker_00', 'worker:worker_01', 'other']);
  });

  test('before supervisord ever answered, the configuration file tells the members', async () => {
    const { supervisord, exporter } = scenario({ programs: ['worker'] });
    supervisord.add('worker', 'worker_00');
    supervisord.failure = down();
    await exporter.round();
    expect(exporter.value(series(metrics.expected), { program: 'worker:worker_00' })).toBe(1);
  });

  test('what supervisord does not have any more leaves no trace, unless it is a target by itself', async () => {
    const { supervisord, exporter } = scenario({ programs: ['all', 'llama'] });
    supervisord.add('llama', 'llama');
    supervisord.add('other', 'other');
    await exporter.round();
    supervisord.programs.clear();
    supervisord.add('new', 'new');
    await exporter.round();
    const programs = exporter
      .series(series(metrics.starts), { trigger: 'initial' })
      .map(([labels]) => labels['program']);
    expect(programs).toEqual(['new', 'llama']);
  });
});
