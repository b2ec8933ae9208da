import { afterEach } from 'vitest';
import { createExporter, createReaderHost } from './exporter.ts';
import type { Exporter, ReaderHost } from './exporter.ts';
import { createFakeSupervisord } from './fake-supervisord.ts';
import type { FakeSupervisord } from './fake-supervisord.ts';

export interface Scenario {
  readonly host: ReaderHost;
  readonly supervisord: FakeSupervisord;
  readonly exporter: Exporter;
  /** Lets time pass. */
  readonly pass: (seconds: number) => void;
  /** Starts of a program by trigger, without zeros. */
  readonly starts: (program: string) => Record<string, number>;
  readonly exits: (program: string) => Record<string, number>;
  readonly source: (program: string) => string | undefined;
}

const open: Scenario[] = [];
afterEach(async () => {
  for (const { host, supervisord } of open.splice(0)) {
    await host.forgetFiles();
    supervisord.remove();
  }
});

export interface ScenarioOptions {
  readonly programs?: readonly string[];
  readonly zoneOffsetMs?: number;
  readonly config?: unknown;
  readonly saved?: unknown;
}

/** A hand-made supervisord and an exporter, with a clock that only `pass` moves. */
export function scenario({ programs = ['llama'], zoneOffsetMs = 0, config, saved }: ScenarioOptions = {}): Scenario {
  const host = createReaderHost('still');
  const supervisord = createFakeSupervisord(host.clock, zoneOffsetMs);
  const exporter = createExporter({ host, supervisord: supervisord.service, programs, config, saved });
  const present = (name: string, label: string, program: string): [string, number][] =>
    exporter
      .series(name, { program })
      .flatMap(([labels, value]) => (value === 0 ? [] : [[labels[label] ?? '', value]]));
  const made: Scenario = {
    host,
    supervisord,
    exporter,
    pass(seconds) {
      host.clock.nowMs += seconds * 1_000;
    },
    starts: (program) => Object.fromEntries(present('gpunode_program_starts_total', 'trigger', program)),
    exits: (program) => Object.fromEntries(present('gpunode_program_exits_total', 'cause', program)),
    source: (program) => present('gpunode_supervisor_events_source', 'source', program)[0]?.[0],
  };
  open.push(made);
  return made;
}
