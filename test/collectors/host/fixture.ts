import { join } from 'node:path';
import { createHostCollector } from '../../../src/collectors/host/collector.ts';
import { configSchema } from '../../../src/collectors/host/config.ts';
import type { HostFacts } from '../../../src/collectors/host/facts.ts';
import type { Collector, OkOutcome, Outcome } from '../../../src/core/contract.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { FileOperation, Files } from '../../../src/core/host.ts';
import type { MachineMemory } from '../../../src/sources/machine/memory.ts';
import type { Owner, ProcessLook, ProcessStat } from '../../../src/sources/procfs/types.ts';
import type { Sources } from '../../../src/sources/index.ts';
import { recordedMemory } from '../../support/recorded-memory.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';

export interface Fixture {
  readonly host: TestHost;
  /** What systeminformation says, which reads the real machine; undefined: meminfo below the root. */
  machine: MachineMemory | SourceError | undefined;
  /** Answers to single paths instead of the file system's. */
  readonly answers: Map<string, unknown>;
  /** Programs by pid; supervisord is pid 1. Undefined: supervisord does not answer. */
  programs: ReadonlyMap<number, string> | undefined;
  start(section: unknown, restored?: unknown): Collector<HostFacts>;
}

/** The collector over a recorded tree, with programs of one's choice. */
export function createFixture(root: string, instead?: Files): Fixture {
  const local = createTestHost().files;
  const files: Files = {
    stuckMs: () => 0,
    async call<Args, Result>(
      operation: FileOperation<Args, Result>,
      path: string,
      args: Args,
      options: { timeoutMs: number },
    ) {
      if (operation.name === 'machine.memory') return orThrow(fixture.machine ?? recordedMemory(path)) as Result;
      const answer = fixture.answers.get(path) ?? fixture.answers.get(`${operation.name} ${path}`);
      return answer === undefined ? await local.call(operation, path, args, options) : (orThrow(answer) as Result);
    },
  };
  const fixture: Fixture = {
    host: createTestHost({ files: instead ?? files }),
    machine: undefined,
    answers: new Map(),
    programs: new Map(),
    start: (section, restored) =>
      createHostCollector(
        configSchema.parse(section),
        { host: fixture.host, programs: ['all'], sources: sourcesOf(fixture), restored },
        root,
      ),
  };
  return fixture;
}

export async function round(collector: Collector<HostFacts>): Promise<OkOutcome<HostFacts>> {
  const outcome: Outcome<HostFacts> = await collector.collect(AbortSignal.timeout(5_000));
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome;
}

/** `name{label}` → value, for reading in a test. */
export function values(outcome: OkOutcome): Record<string, unknown> {
  return Object.fromEntries(
    outcome.samples.map(({ metric, labels, value }) => {
      const label = Object.values(labels).join(' ');
      return [metric.name.replace('gpunode_', '') + (label === '' ? '' : ` ${label}`), value];
    }),
  );
}

function orThrow(answer: unknown): unknown {
  if (answer instanceof Error) throw answer;
  return answer;
}

function sourcesOf(fixture: Fixture): Sources {
  const look = (): Promise<ProcessLook> => {
    const { programs } = fixture;
    if (programs === undefined) return Promise.reject(new SourceError('unavailable', 'no supervisord'));
    const processes = new Map<number, ProcessStat>([[1, process(1, 0, 'supervisord')]]);
    for (const pid of programs.keys()) processes.set(pid, process(pid, 1, 'python3'));
    const ownerOf = (pid: number): Owner => {
      const program = programs.get(pid);
      return program === undefined ? { kind: 'foreign' } : { kind: 'program', program };
    };
    const snapshot = {
      atMs: 0,
      state: { code: 1, name: 'RUNNING' },
      pid: 1,
      version: '',
      identification: '',
      programs: [],
    };
    return Promise.resolve({ snapshot, processes, unseen: new Set<string>(), ownerOf });
  };
  const unused = (): Promise<never> => Promise.reject(new SourceError('unavailable', 'unused'));
  return { supervisord: { snapshot: unused, config: unused }, owners: { owners: unused, look } };
}

function process(pid: number, ppid: number, comm: string): ProcessStat {
  return { pid, ppid, pgid: pid, state: 'S', comm, startTicks: 1, cpuTicks: 0, childCpuTicks: 0 };
}

export function recording(name: string): string {
  return join(import.meta.dirname, '../../captures/cgroup', `${name}.txt`);
}
