import { expect, test } from 'vitest';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { scenario } from './scenario.ts';

const series = (metric: { readonly name: string }): string => metric.name;

test('first start, an exit that is followed, a stop, giving up', async () => {
  const { supervisord, exporter, pass, starts, exits } = scenario();
  supervisord.add('llama', 'llama');
  await exporter.round();
  supervisord.boot();
  supervisord.spawn('llama');
  pass(420);
  supervisord.exit('llama', 'exit status 1');
  supervisord.spawn('llama');
  pass(60);
  supervisord.exit('llama', 'terminated by SIGKILL');
  supervisord.spawn('llama');
  pass(1);
  supervisord.stop('llama');
  pass(100);
  supervisord.spawn('llama');
  pass(0.1);
  supervisord.exitTooQuickly('llama', 'exit status 7');
  pass(1);
  supervisord.giveUp('llama');
  pass(100);
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ initial: 1, respawn: 2, requested: 2 });
  expect(exits('llama')).toEqual({ unexpected: 2, signal: 1, stopped: 1 });
  expect(exporter.value(series(metrics.gaveUp), { program: 'llama' })).toBe(1);
  expect(exporter.value(series(metrics.lastExitCode), { program: 'llama' })).toBe(7);
  expect(exporter.histogram(series(metrics.runDuration), { program: 'llama' })).toMatchObject({
    count: 4,
    sum: 481.1,
  });
  expect(exporter.value(series(metrics.shortRuns), { program: 'llama' })).toBe(3);
  expect(exporter.value(series(metrics.shortRunSeconds), { program: 'llama' })).toBeCloseTo(480.1);
  expect(exporter.value(series(metrics.shortRunSquares), { program: 'llama' })).toBeCloseTo(420 ** 2 + 60 ** 2 + 0.01);
});

test.each([
  ['autorestart=false, after startsecs', { autorestart: 'false' }, 5, 'exit status 1', false, 'requested'],
  ['autorestart=false, within startsecs', { autorestart: 'false' }, 0.2, 'exit status 1', false, 'respawn'],
  ['autorestart=unexpected, expected', { autorestart: 'unexpected' }, 5, 'exit status 0', true, 'requested'],
  ['autorestart=unexpected, not expected', { autorestart: 'unexpected' }, 5, 'exit status 1', false, 'respawn'],
  ['autorestart=true, expected', { autorestart: 'true' }, 5, 'exit status 0', true, 'respawn'],
] as const)('%s', async (_, stanza, seconds, how, expected, trigger) => {
  const { supervisord, exporter, pass, starts } = scenario();
  supervisord.add('llama', 'llama', stanza);
  await exporter.round();
  supervisord.boot();
  supervisord.spawn('llama');
  pass(seconds);
  supervisord.exit('llama', how, expected);
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ initial: 1, [trigger]: 1 });
});

test('where supervisord.conf cannot be read, a start at once after any exit is a respawn, a later one is not', async () => {
  const { supervisord, exporter, pass, starts } = scenario();
  supervisord.add('llama', 'llama');
  supervisord.config.programs = [];
  await exporter.round();
  supervisord.boot();
  for (const secondsUntilStart of [0, 1, 100]) {
    supervisord.spawn('llama');
    pass(60);
    supervisord.exit('llama', 'exit status 0', true);
    pass(secondsUntilStart);
  }
  supervisord.spawn('llama');
  await exporter.round();
  pass(60);
  supervisord.stop('llama');
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ initial: 1, respawn: 2, requested: 2 });
});

test('an operator who stops a program in BACKOFF leaves no line; the stop is seen', async () => {
  const { supervisord, exporter, pass, starts } = scenario();
  supervisord.add('llama', 'llama');
  await exporter.round();
  supervisord.boot();
  supervisord.spawn('llama');
  pass(0.1);
  supervisord.exitTooQuickly('llama', 'exit status 7');
  Object.assign(supervisord.programs.get('llama') ?? {}, { state: 0 });
  await exporter.round();
  pass(60);
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ initial: 1, requested: 1 });
});

test('update makes the program anew: its first start again', async () => {
  const { supervisord, exporter, pass, starts } = scenario();
  supervisord.add('llama', 'llama');
  await exporter.round();
  supervisord.boot();
  supervisord.spawn('llama');
  pass(60);
  supervisord.stop('llama');
  Object.assign(supervisord.programs.get('llama') ?? {}, { startSeconds: 0, stopSeconds: 0 });
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ initial: 2 });
});

test('a supervisord that was killed leaves runs of unknown end', async () => {
  const { supervisord, exporter, pass, starts, exits } = scenario();
  supervisord.add('llama', 'llama');
  await exporter.round();
  supervisord.boot();
  supervisord.spawn('llama');
  pass(60);
  supervisord.boot();
  supervisord.spawn('llama');
  await exporter.round();
  expect([starts('llama'), exits('llama')]).toEqual([{ initial: 2 }, { unknown: 1 }]);
  expect(exporter.histogram(series(metrics.runDuration), { program: 'llama' })?.count).toBe(0);
  expect(exporter.value(series(metrics.lastExitTime), { program: 'llama' })).toBeUndefined();
});

test('a failed spawn is an exit of its own kind, and no start', async () => {
  const { supervisord, exporter, pass, starts, exits } = scenario();
  supervisord.add('llama', 'llama', { command: '/app/llama-server --api-key hunter2' });
  await exporter.round();
  supervisord.boot();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    supervisord.line("INFO spawnerr: can't find command '/app/llama-server'");
    pass(2);
  }
  supervisord.giveUp('llama');
  await exporter.round();
  expect([starts('llama'), exits('llama')]).toEqual([{}, { spawn_error: 3 }]);
  pass(60);
  supervisord.spawn('llama');
  await exporter.round();
  expect(starts('llama')).toEqual({ requested: 1 });
});
