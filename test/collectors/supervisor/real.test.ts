import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { metrics, runDurationBuckets } from '../../../src/collectors/supervisor/metrics.ts';
import { createExporter, createReaderHost, createRealService } from './exporter.ts';
import type { Exporter, ReaderHost } from './exporter.ts';
import { countWholeLog } from './independent-count.ts';
import type { Count } from './independent-count.ts';
import { createSupervisord } from './real-supervisord.ts';
import type { RealSupervisord } from './real-supervisord.ts';

let supervisord: RealSupervisord | undefined;
let rounds: Rounds | undefined;
let host: ReaderHost | undefined;
afterEach(async () => {
  await rounds?.end();
  await supervisord?.stop();
  endOrphans(supervisord?.wholeLog() ?? '');
  await host?.forgetFiles();
  supervisord?.remove();
});

interface Rounds {
  end(): Promise<void>;
}

/** Round after round, with the exporter's death every now and then, and that of the file agent with it. */
function keepGoing(exporter: Exporter, agent: ReaderHost, seed: number): Rounds {
  const ending = new AbortController();
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const loop = (async () => {
    while (!ending.signal.aborted) {
      await exporter.round();
      const dice = random();
      if (dice < 0.15) exporter.kill();
      if (dice < 0.07) await agent.forgetFiles();
      await new Promise((resolve) => setTimeout(resolve, 100 + random() * 300));
    }
  })();
  return {
    async end() {
      ending.abort();
      await loop;
    },
  };
}

/** Processes that a killed supervisord left behind. */
function endOrphans(log: string): void {
  for (const [, pid] of log.matchAll(/with pid (\d+)/g)) {
    try {
      if (/sleep/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) process.kill(-Number(pid), 'SIGKILL');
    } catch {
      // It is gone.
    }
  }
}

const after = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

function programs({ steadySeconds, extra }: { steadySeconds: number; extra: string }): string {
  return `
[program:slow]
command = /bin/sh -c "sleep 2.5; exit 3"
autorestart = true
[program:zero]
command = /bin/sh -c "sleep 1.2"
autorestart = true
[program:doomed]
command = /bin/sh -c "exit 7"
startretries = 2
[program:absent]
command = /nonexistent/llama-server --api-key hunter2
startretries = 1
[program:once]
command = /bin/sh -c "sleep 1.3"
[program:steady]
command = /bin/sleep ${steadySeconds}
[program:worker]
command = /bin/sleep 1000
process_name = %(program_name)s_%(process_num)02d
numprocs = 2
[group:one]
programs = t1
[group:two]
programs = t2
[program:t1]
command = /bin/sleep 1.5
process_name = twin
autorestart = true
[program:t2]
command = /bin/sleep 1000
process_name = twin
${extra}`;
}

const segv = `[program:segv]
command = /bin/sh -c "sleep 1.5; kill -SEGV $$"
autorestart = true
`;
const fresh = `[program:fresh]
command = /bin/sh -c "sleep 1.6; exit 5"
autorestart = true
`;

const targets = [
  'slow',
  'zero',
  'doomed',
  'absent',
  'once',
  'steady',
  'worker',
  'segv',
  'fresh',
  'one',
  'two',
  'ghost',
];

test(
  'counts are those of the log, whatever happens to program, supervisord, log and exporter',
  { timeout: 90_000 },
  async () => {
    supervisord = createSupervisord({
      programs: programs({ steadySeconds: 1000, extra: segv }),
      options: 'logfile_maxbytes = 3KB\nlogfile_backups = 3',
    });
    host = createReaderHost('real');
    const exporter = createExporter({
      host,
      supervisord: createRealService(host, supervisord.configFile),
      programs: targets,
    });
    rounds = keepGoing(exporter, host, 4711);
    await after(0.5);
    await supervisord.start();
    await after(4);
    await supervisord.ctl('restart', 'steady');
    await supervisord.ctl('stop', 'worker:*', 'zero');
    await after(0.3);
    await supervisord.ctl('start', 'worker:worker_01', 'zero', 'once');
    await after(2);
    const spawnsBefore = [...supervisord.wholeLog().matchAll(/spawned: 'steady'/g)].length;
    supervisord.configure(programs({ steadySeconds: 1001, extra: fresh }));
    await supervisord.ctl('update');
    await after(4);
    await supervisord.ctl('start', 'doomed');
    await after(4);
    await supervisord.ctl('reload');
    await after(5);
    supervisord.signal('SIGKILL');
    await after(1);
    await supervisord.start();
    await after(4);
    await supervisord.ctl('stop', 'all');
    await supervisord.stop();
    await after(0.5);
    await rounds.end();
    await exporter.round();

    const log = supervisord.wholeLog();
    const truth = countWholeLog(log, {
      notFollowed: ['once', 'steady', 'worker_00', 'worker_01'],
      updated: [`steady ${spawnsBefore}`],
      spawnErrors: { '/nonexistent/llama-server': 'absent' },
    });
    for (const name of ['slow', 'zero', 'doomed', 'absent', 'once', 'steady', 'segv', 'fresh']) {
      expect([name, publishedOf(exporter, name)]).toEqual([name, expectedOf(truth.get(name))]);
    }
    for (const name of ['worker_00', 'worker_01']) {
      expect([name, publishedOf(exporter, `worker:${name}`)]).toEqual([name, expectedOf(truth.get(name))]);
    }
    expect(exporter.wentBack).toEqual([]);
    expect(JSON.stringify([...exporter.events.values(), exporter.saved])).not.toContain('hunter2');

    // Two programs of one name: polled, a lower bound.
    expect(exporter.value('gpunode_supervisor_events_source', { program: 'one:twin', source: 'poll' })).toBe(1);
    const polled = exporter.value('gpunode_program_starts_total', { program: 'one:twin', trigger: 'unknown' }) ?? 0;
    expect(polled).toBeGreaterThan(3);
    expect(polled).toBeLessThan(Object.values(truth.get('twin')?.starts ?? {}).reduce((sum, count) => sum + count, 0));
    // Nobody knows it, and it is expected all the same.
    expect(exporter.value('gpunode_program_expected', { program: 'ghost' })).toBe(1);
    // Starts in the history are those in the counters.
    for (const program of ['slow', 'fresh']) {
      const starts = [...exporter.events.values()].filter(
        ({ kind, subject }) => kind === 'start' && subject === program,
      );
      expect(starts).toHaveLength(
        Object.values(truth.get(program)?.starts ?? {}).reduce((sum, count) => sum + count, 0),
      );
    }
  },
);

function publishedOf(exporter: Exporter, program: string): unknown {
  const byLabel = (metric: { readonly name: string; readonly values: object }, label: string): unknown =>
    Object.fromEntries(
      ((metric.values as Record<string, readonly string[]>)[label] ?? []).map((value) => [
        value,
        exporter.value(metric.name, { program, [label]: value }),
      ]),
    );
  const runs = exporter.histogram(metrics.runDuration.name, { program });
  const value = (metric: { readonly name: string }): number | undefined => exporter.value(metric.name, { program });
  return {
    starts: byLabel(metrics.starts, 'trigger'),
    exits: byLabel(metrics.exits, 'cause'),
    gaveUp: value(metrics.gaveUp),
    runs: { buckets: runs?.buckets, sum: round(runs?.sum), count: runs?.count },
    short: [value(metrics.shortRuns), round(value(metrics.shortRunSeconds)), round(value(metrics.shortRunSquares))],
    lastRun: round(value(metrics.lastRun)),
    lastExitCode: value(metrics.lastExitCode),
  };
}

function expectedOf(count: Count | undefined): unknown {
  const { starts, exits, gaveUp, lengths = [], unasked = [], lastExitCode } = count ?? {};
  return {
    starts,
    exits,
    gaveUp,
    runs: {
      buckets: runDurationBuckets.map((bound) => lengths.filter((length) => length <= bound).length),
      sum: round(sum(lengths)),
      count: lengths.length,
    },
    short: [unasked.length, round(sum(unasked)), round(sum(unasked.map((length) => length * length)))],
    lastRun: round(lengths.at(-1)),
    lastExitCode,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const round = (number: number | undefined): number | undefined =>
  number === undefined ? undefined : Number(number.toFixed(3));
