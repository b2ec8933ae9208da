/** A node of real log files: programs as supervisord would report them, and a collector that is killed and started again. */
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsModule } from '../../../src/collectors/logs/index.ts';
import type { LogsFacts } from '../../../src/collectors/logs/index.ts';
import type { Collector, Outcome, Sample } from '../../../src/core/contract.ts';
import type { Files } from '../../../src/core/host.ts';
import { closeLogEventReaders } from '../../../src/sources/log-classes/operation.ts';
import type { Sources } from '../../../src/sources/index.ts';
import type { ProgramStanza, ProgramStatus } from '../../../src/sources/supervisord/types.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';

export interface Rig {
  readonly directory: string;
  readonly host: TestHost;
  readonly programs: ProgramStatus[];
  readonly stanzas: Partial<ProgramStanza>[];
  /** supervisord does not answer. */
  down: boolean;
  /** Adds a program with logs in the directory; returns the path of its standard error. */
  addProgram(program: string, status?: Partial<ProgramStatus>): string;
  append(path: string, text: string): void;
  /** One round; throws what the collector throws. */
  round(): Promise<Outcome<LogsFacts>>;
  /** Rounds until one succeeds. */
  settle(): Promise<Outcome<LogsFacts> & { ok: true }>;
  /** Rounds until the counters are so, or a deadline passes; returns the counters. */
  until(expected: Record<string, number>): Promise<Record<string, number>>;
  /** Killed; a new process with what was saved by then. */
  restart(saved?: unknown): Promise<void>;
  /** What was saved last, as it comes back from a disk. */
  saved(): unknown;
  /** Again does no harm. */
  close(): Promise<void>;
}

/** No log of this test was born with a program that was started then. */
const farAway = 4_000_000_000;

export const ended = 'INFO:     all is well\n';

export function createRig(config: object = {}, files?: Files): Rig {
  const directory = mkdtempSync(join(tmpdir(), 'gpunode-logs-'));
  const host = createTestHost(files && { files });
  const section = logsModule.configSchema.parse(config);
  let saved: unknown;
  let collector = create(undefined);

  function create(restored: unknown): Collector<LogsFacts> {
    const made = logsModule.create(section, { host, programs: ['all'], sources: sourcesOf(), restored });
    if (!made) throw new Error('not configured');
    return made;
  }

  function sourcesOf(): Sources {
    const whenUp = <T>(value: () => T): Promise<T> =>
      rig.down ? Promise.reject(new Error('supervisord is not there')) : Promise.resolve(value());
    const supervisord = {
      snapshot: () => whenUp(() => ({ programs: [...rig.programs] })),
      config: () => whenUp(() => ({ programs: rig.stanzas })),
    };
    return { supervisord } as unknown as Sources;
  }

  const rig: Rig = {
    directory,
    host,
    programs: [],
    stanzas: [],
    down: false,
    addProgram(program, status = {}) {
      const stderrLog = join(directory, `${program}.err`);
      const known = {
        program,
        name: program,
        group: program,
        state: 20,
        startSeconds: farAway,
        stdoutLog: '',
        stderrLog,
      };
      rig.programs.push({ ...known, ...status } as ProgramStatus);
      return status.stderrLog ?? stderrLog;
    },
    append: (path, text) => appendFileSync(path, text),
    async round() {
      host.clock.nowMs += 250;
      const outcome = await collector.collect(AbortSignal.timeout(10_000));
      if (outcome.saved && outcome.saved.changed !== 'none') saved = JSON.parse(JSON.stringify(outcome.saved.data));
      return outcome;
    },
    async settle() {
      for (;;) {
        const outcome = await rig.round();
        if (outcome.ok) return outcome;
      }
    },
    async until(expected) {
      const deadlineMs = Date.now() + 10_000;
      let counts = countsIn(await rig.round());
      while (JSON.stringify(counts) !== JSON.stringify(expected) && Date.now() < deadlineMs) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        counts = countsIn(await rig.round());
      }
      return counts;
    },
    async restart(from = saved) {
      await closeLogEventReaders();
      saved = from;
      collector = create(structuredClone(from));
    },
    saved: () => structuredClone(saved),
    async close() {
      await closeLogEventReaders();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Published samples. */
export function samplesIn(outcome: Outcome): readonly Sample[] {
  return [...outcome.health, ...(outcome.ok ? outcome.samples : [])];
}

/** Events that were counted: `program class`, those at zero left out, in order of their names. */
export function countsIn(outcome: Outcome): Record<string, number> {
  const counted = samplesIn(outcome).filter(
    ({ metric, value }) => metric.name === 'gpunode_log_events_total' && value !== 0,
  );
  const pairs = counted.map(({ labels, value }) => [`${labels['program']} ${labels['class']}`, Number(value)] as const);
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function valueOf(outcome: Outcome, name: string, labels: Record<string, string>): number | undefined {
  const found = samplesIn(outcome).find(
    ({ metric, labels: own }) =>
      metric.name === name && Object.entries(labels).every(([key, value]) => own[key] === value),
  );
  return found && Number(found.value);
}

/** Written just now, so that it was born with a program that was started now. */
export function writeLog(path: string, text: string): number {
  writeFileSync(path, text);
  return Math.floor(statSync(path).birthtimeMs / 1000);
}
