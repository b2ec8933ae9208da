import { afterEach, expect, test } from 'vitest';
import { metrics } from '../../../src/collectors/supervisor/metrics.ts';
import { createExporter, createReaderHost, createRealService } from './exporter.ts';
import type { Exporter, ReaderHost } from './exporter.ts';
import { countWholeLog } from './independent-count.ts';
import { createSupervisord } from './real-supervisord.ts';
import type { RealSupervisord, Settings } from './real-supervisord.ts';

let supervisord: RealSupervisord | undefined;
let host: ReaderHost | undefined;
afterEach(async () => {
  supervisord?.signal('SIGCONT');
  await supervisord?.stop();
  await host?.forgetFiles();
  supervisord?.remove();
});

const config = { timeout: '400ms' };

function begin(
  settings: Settings,
  programs: readonly string[],
): { real: RealSupervisord; reader: ReaderHost; exporter: Exporter } {
  const real = createSupervisord(settings);
  const reader = createReaderHost('real');
  supervisord = real;
  host = reader;
  const service = createRealService(reader, real.configFile);
  return { real, reader, exporter: createExporter({ host: reader, supervisord: service, programs, config }) };
}

/** Why a round failed, or `ok`. */
async function reason(exporter: Exporter): Promise<string> {
  const outcome = await exporter.round();
  return outcome.ok ? 'ok' : `${outcome.reason}: ${outcome.error}`;
}

test('every way of not answering has its reason, and coming back needs nobody', async () => {
  const { real, exporter } = begin(
    {
      programs:
        '[program:stubborn]\ncommand = /bin/sh -c "trap : TERM; while :; do sleep 0.1; done"\nstopwaitsecs = 2\n',
    },
    ['stubborn'],
  );
  const up = (): number | undefined => exporter.value(metrics.up.name);
  expect(await reason(exporter)).toMatch(/^unavailable: .*s\.sock: no such socket/);
  expect(up()).toBe(0);
  await real.start();
  await expect.poll(() => reason(exporter)).toBe('ok');
  expect(up()).toBe(1);

  real.signal('SIGSTOP');
  expect(await reason(exporter)).toMatch(/^timeout: /);
  expect(up()).toBe(0);
  expect(exporter.series(metrics.programState.name, {})).toEqual([]);
  real.signal('SIGCONT');
  await expect.poll(() => reason(exporter)).toBe('ok');

  real.signal('SIGTERM');
  await expect.poll(() => reason(exporter)).toMatch(/^unavailable: supervisord is shutting down/);
  await expect.poll(() => reason(exporter), { timeout: 10_000 }).toMatch(/^unavailable: .*no such socket/);
  expect(exporter.value(metrics.exits.name, { program: 'stubborn', cause: 'stopped' })).toBe(1);
});

test('a killed supervisord leaves its socket, and a password keeps out', async () => {
  const { real, reader, exporter } = begin(
    { programs: '[program:idle]\ncommand = /bin/sleep 0.5\nautorestart = false\n' },
    ['idle'],
  );
  await real.start();
  await expect.poll(() => reason(exporter)).toBe('ok');
  real.signal('SIGKILL');
  await expect.poll(() => reason(exporter)).toMatch(/^unavailable: .*nobody listens on the socket/);

  real.configure('[program:idle]\ncommand = /bin/true\n', 'username = mon\npassword = sesame');
  await real.start();
  real.configure('[program:idle]\ncommand = /bin/true\n', 'username = mon\npassword = wrong');
  const service = createRealService(reader, real.configFile);
  const stranger = createExporter({ host: reader, supervisord: service, programs: ['idle'] });
  await expect.poll(() => reason(stranger)).toMatch(/^denied: .*user name or password/);
  expect(stranger.value(metrics.up.name)).toBeUndefined();
});

test(
  'a log that is truncated in place loses lines: less is counted, never more, and all fits together',
  { timeout: 60_000 },
  async () => {
    const names = ['a', 'b'];
    const programs = names.map((name) => `[program:${name}]\ncommand = /bin/sleep 1.1\nautorestart = true\n`).join('');
    const { real, reader, exporter } = begin(
      { programs, options: 'logfile_maxbytes = 1KB\nlogfile_backups = 0' },
      names,
    );
    await exporter.round();
    await real.start();
    const untilMs = Date.now() + 8_000;
    while (Date.now() < untilMs) {
      await exporter.round();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await real.ctl('stop', 'all');
    // What the log does not explain within ten seconds is made up for.
    for (let settling = 0; settling < 3; settling += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await exporter.round();
      reader.clock.nowMs += 10_000;
    }
    const truth = countWholeLog(real.wholeLog(), { notFollowed: [], updated: [], spawnErrors: {} });
    const total = (name: string, program: string): number =>
      exporter.series(name, { program }).reduce((sum, [, value]) => sum + value, 0);
    for (const program of names) {
      const really = Object.values(truth.get(program)?.starts ?? {}).reduce((sum, count) => sum + count, 0);
      const starts = total(metrics.starts.name, program);
      expect(starts).toBeLessThanOrEqual(really);
      expect(starts).toBeGreaterThan(really / 2);
      expect(total(metrics.exits.name, program)).toBe(starts);
      expect(exporter.value(metrics.eventsSource.name, { program, source: 'main_log' })).toBe(1);
      const lengths = exporter.histogram(metrics.runDuration.name, { program });
      expect((lengths?.sum ?? 0) / (lengths?.count ?? 0)).toBeLessThan(2);
    }
    expect(exporter.wentBack).toEqual([]);
  },
);
