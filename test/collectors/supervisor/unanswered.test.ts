import { expect, test } from 'vitest';
import { denied, down } from './fake-supervisord.ts';
import { scenario } from './scenario.ts';

test('while supervisord does not answer the log is followed, as far as names are known', async () => {
  const { supervisord, exporter, pass, starts } = scenario({ programs: ['all'] });
  const crash = (): void => {
    supervisord.exit('llama', 'exit status 1');
    supervisord.spawn('llama');
  };
  supervisord.add('llama', 'llama');
  supervisord.boot();
  supervisord.spawn('llama', 500);
  await exporter.round();
  pass(3_600);
  await exporter.round();
  supervisord.failure = down();
  crash();
  await exporter.round();
  expect(starts('llama')).toEqual({ respawn: 1 });
  supervisord.line("INFO spawned: 'new' with pid 900");
  crash();
  await exporter.round();
  await exporter.round();
  expect(starts('llama')).toEqual({ respawn: 1 });
  exporter.kill();
  await exporter.round();
  pass(60);
  supervisord.add('new', 'new');
  supervisord.config.programs = [];
  Object.assign(supervisord.programs.get('new') ?? {}, { pid: 900, state: 20, startSeconds: 1 });
  supervisord.failure = undefined;
  await exporter.round();
  expect([starts('llama'), starts('new')]).toEqual([{ respawn: 2 }, { initial: 1 }]);
});

test('where supervisord may never be asked, a name that nobody knows does not stop the counting', async () => {
  const { supervisord, exporter, starts, exits } = scenario({ programs: ['llama', 'fastapi'] });
  supervisord.add('llama', 'llama');
  supervisord.add('fastapi', 'fastapi');
  supervisord.config.programs = supervisord.config.programs.slice(0, 1);
  supervisord.failure = denied();
  await exporter.round();
  supervisord.boot();
  supervisord.line("INFO spawned: 'removed-meanwhile' with pid 900");
  for (const program of ['llama', 'fastapi']) {
    supervisord.spawn(program);
    supervisord.exit(program, 'exit status 1');
    supervisord.spawn(program);
  }
  await exporter.round();
  for (const program of ['llama', 'fastapi']) {
    expect([starts(program), exits(program)]).toEqual([{ initial: 1, respawn: 1 }, { unexpected: 1 }]);
  }
});

test('while neither supervisord nor its log says anything, counts are not called exact', async () => {
  const { supervisord, exporter, pass, source } = scenario();
  supervisord.add('llama', 'llama');
  supervisord.boot();
  supervisord.spawn('llama');
  await exporter.round();
  const log = supervisord.config.mainLog;
  expect(source('llama')).toBe('main_log');
  supervisord.failure = denied();
  await exporter.round();
  expect(source('llama')).toBe('main_log');
  supervisord.config.mainLog = '/nonexistent/supervisord.log';
  await exporter.round();
  pass(20);
  await exporter.round();
  expect(source('llama')).toBe('poll');
  supervisord.config.mainLog = log;
  await exporter.round();
  expect(source('llama')).toBe('main_log');
});
