import { expect, test } from 'vitest';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const crash = ({ supervisord, pass }: Scenario): void => {
  pass(30);
  supervisord.exit('llama', 'exit status 3');
  pass(0.1);
  supervisord.spawn('llama');
};

test.each([false, true])(
  'a supervisord that returns to an earlier log tells nothing twice (exporter restarted: %s)',
  async (restarts) => {
    const made = scenario();
    const { supervisord, exporter, host, pass, starts, exits } = made;
    supervisord.add('llama', 'llama');
    await exporter.round();
    supervisord.boot();
    supervisord.spawn('llama');
    crash(made);
    await exporter.round();
    for (let times = 0; times < 3; times += 1) {
      if (restarts) {
        exporter.kill();
        await host.forgetFiles();
      }
      crash(made);
      supervisord.stop('llama');
      supervisord.moveLog(times % 2 === 0 ? 'other.log' : 'supervisord.log');
      pass(1);
      supervisord.boot();
      supervisord.spawn('llama');
      crash(made);
      await exporter.round();
      crash(made);
      await exporter.round();
    }
    expect(starts('llama')).toEqual({ initial: 4, respawn: 10 });
    expect(exits('llama')).toEqual({ unexpected: 10, stopped: 3 });
  },
);

test('the log that should have been read from the beginning is no news when its name is corrected', async () => {
  const made = scenario();
  const { supervisord, exporter, host, pass, starts } = made;
  supervisord.add('llama', 'llama');
  supervisord.boot();
  supervisord.spawn('llama');
  const right = supervisord.config.mainLog;
  supervisord.config.mainLog = '/nonexistent/supervisord.log';
  for (let round = 0; round < 5; round += 1) {
    pass(5);
    await exporter.round();
  }
  for (let crashes = 0; crashes < 5; crashes += 1) crash(made);
  await exporter.round();
  expect(starts('llama')).toEqual({ unknown: 1 });
  supervisord.config.mainLog = right;
  exporter.kill();
  await host.forgetFiles();
  await exporter.round();
  expect(starts('llama')).toEqual({ unknown: 1 });
  crash(made);
  await exporter.round();
  expect(starts('llama')).toEqual({ unknown: 1, respawn: 1 });
});
