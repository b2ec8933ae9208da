import fc from 'fast-check';
import { expect, test } from 'vitest';
import { down } from './fake-supervisord.ts';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const programs = ['fastapi', 'llama'] as const;

/** What really happened. */
interface Truth {
  readonly starts: Map<string, number>;
  readonly respawns: Map<string, number>;
  readonly exits: Map<string, number>;
  /** Programs whose last exit nobody asked for. */
  readonly unasked: Set<string>;
}

function started({ starts, respawns, unasked }: Truth, program: string): void {
  add(starts, program);
  if (unasked.delete(program)) add(respawns, program);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Act = (made: Scenario, truth: Truth) => void | Promise<unknown>;

const isRunning = ({ supervisord }: Scenario, program: string): boolean => supervisord.programs.get(program)?.pid !== 0;

const crash =
  (program: string): Act =>
  ({ supervisord, pass, ...made }, truth) => {
    if (!isRunning({ supervisord, pass, ...made }, program)) return;
    supervisord.exit(program, 'exit status 1');
    add(truth.exits, program);
    truth.unasked.add(program);
    pass(0.1);
    supervisord.spawn(program);
    started(truth, program);
  };

const stop =
  (program: string): Act =>
  (made, truth) => {
    if (!isRunning(made, program)) return;
    made.supervisord.stop(program);
    add(truth.exits, program);
  };

const start =
  (program: string): Act =>
  (made, truth) => {
    if (isRunning(made, program)) return;
    made.supervisord.spawn(program);
    started(truth, program);
  };

const reboot: Act = (made, truth) => {
  for (const program of programs) if (isRunning(made, program)) add(truth.exits, program);
  truth.unasked.clear();
  made.supervisord.boot();
};

const round: Act = ({ exporter }) => exporter.round();
const die: Act = async ({ exporter, host }) => {
  exporter.kill();
  await host.forgetFiles();
};

const anyProgram = fc.constantFrom(...programs);
const happening: fc.Arbitrary<[string, Act]> = fc.oneof(
  { weight: 6, arbitrary: anyProgram.map((program): [string, Act] => [`crash ${program}`, crash(program)]) },
  { weight: 2, arbitrary: anyProgram.map((program): [string, Act] => [`stop ${program}`, stop(program)]) },
  { weight: 2, arbitrary: anyProgram.map((program): [string, Act] => [`start ${program}`, start(program)]) },
  { weight: 1, arbitrary: fc.constant<[string, Act]>(['reboot', reboot]) },
  { weight: 1, arbitrary: fc.constant<[string, Act]>(['rotate', ({ supervisord }) => supervisord.rotate()]) },
  { weight: 6, arbitrary: fc.constant<[string, Act]>(['round', round]) },
  { weight: 2, arbitrary: fc.constant<[string, Act]>(['die', die]) },
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 1, max: 20 })
      .map((seconds): [string, Act] => [`pass ${seconds}`, ({ pass }) => pass(seconds)]),
  },
  {
    weight: 1,
    arbitrary: fc.constant<[string, Act]>(['down', ({ supervisord }) => void (supervisord.failure = down())]),
  },
  {
    weight: 1,
    arbitrary: fc.constant<[string, Act]>(['up', ({ supervisord }) => void (supervisord.failure = undefined)]),
  },
);
const trouble: fc.Arbitrary<[string, Act]> = fc.oneof(
  fc.constant<[string, Act]>(['deny', ({ host }) => void (host.logDenied = true)]),
  fc.constant<[string, Act]>(['allow', ({ host }) => void (host.logDenied = false)]),
);
const silence: fc.Arbitrary<[string, Act]> = fc.oneof(
  fc.constant<[string, Act]>(['silent', ({ supervisord }) => void (supervisord.silent = true)]),
  fc.constant<[string, Act]>(['speaks', ({ supervisord }) => void (supervisord.silent = false)]),
);

async function play(acts: readonly [string, Act][]): Promise<{ made: Scenario; truth: Truth }> {
  const made = scenario({ programs });
  const truth: Truth = { starts: new Map(), respawns: new Map(), exits: new Map(), unasked: new Set() };
  for (const program of programs) made.supervisord.add(program, program);
  made.supervisord.boot();
  await made.exporter.round();
  for (const [, act] of acts) await act(made, truth);
  made.supervisord.failure = undefined;
  made.host.logDenied = false;
  for (let last = 0; last < 3; last += 1) {
    made.pass(6);
    await made.exporter.round();
  }
  expect(made.exporter.wentBack).toEqual([]);
  return { made, truth };
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
const named = fc.context;

test('whatever happens: with a log that can be read the counts are the truth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), named(), async (acts, context) => {
      context.log(acts.map(([name]) => name).join(', '));
      const { made, truth } = await play(acts);
      for (const program of programs) {
        expect(total(made.starts(program))).toBe(truth.starts.get(program) ?? 0);
        expect(made.starts(program)['respawn'] ?? 0).toBe(truth.respawns.get(program) ?? 0);
        expect(total(made.exits(program))).toBe(truth.exits.get(program) ?? 0);
        expect(made.source(program)).toBe('main_log');
      }
    }),
    { numRuns: 100 },
  );
});

test('where the log cannot be read for a while, nothing counts twice and nothing is missing in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 8, arbitrary: happening }, trouble), { maxLength: 40 }),
      named(),
      async (acts, context) => {
        context.log(acts.map(([name]) => name).join(', '));
        const { made, truth } = await play(acts);
        for (const program of programs) {
          expect(total(made.starts(program))).toBe(truth.starts.get(program) ?? 0);
          expect(total(made.exits(program))).toBe(truth.exits.get(program) ?? 0);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('where the log is silent at times, the counts are a lower bound', async () => {
  const acts = fc.array(fc.oneof({ weight: 8, arbitrary: happening }, trouble, silence), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(acts, named(), async (chosen, context) => {
      context.log(chosen.map(([name]) => name).join(', '));
      const { made, truth } = await play(chosen);
      for (const program of programs) {
        expect(total(made.starts(program))).toBeLessThanOrEqual(truth.starts.get(program) ?? 0);
        expect(total(made.exits(program))).toBeLessThanOrEqual(truth.exits.get(program) ?? 0);
      }
    }),
    { numRuns: 100 },
  );
});
