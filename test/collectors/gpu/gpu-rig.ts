/** The GPU collector with everything around it in the test's hands. */
import { gpuModule } from '../../../src/collectors/gpu/index.ts';
import type { GpuFacts } from '../../../src/collectors/gpu/facts.ts';
import type { Collector, Outcome, Sample } from '../../../src/core/contract.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { Exec, FileOperation, Files } from '../../../src/core/host.ts';
import type { KernelLogReply } from '../../../src/sources/kmsg/read.ts';
import type { GpuHardware } from '../../../src/sources/nvidia-smi/hardware.ts';
import type { Owner, OwnerService, ProcessLook } from '../../../src/sources/procfs/types.ts';
import type { ProgramStatus, SupervisordService } from '../../../src/sources/supervisord/types.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';

export interface Rig {
  readonly host: TestHost;
  readonly collector: Collector<GpuFacts>;
  /** Owners by pid; others are not visible. Undefined: supervisord does not answer. */
  owners: Record<number, Owner> | undefined;
  hardware: GpuHardware;
  /** Undefined: the kernel log may not be read. */
  kernelLog: KernelLogReply | undefined;
  collect(): Promise<Outcome<GpuFacts>>;
}

export interface RigOptions {
  readonly exec: Exec;
  readonly config?: Record<string, unknown>;
  readonly restored?: unknown;
  readonly programs?: readonly string[];
  /** The clock runs; for real processes. */
  readonly realTime?: boolean;
}

export const bareMetal: GpuHardware = { controllers: 0, deviceNodes: 0, container: false, firstPidNamespace: true };

export function createRig(options: RigOptions): Rig {
  const { exec, config = {}, restored, programs = ['llama', 'worker-gpu'], realTime = false } = options;
  const host = createTestHost({ exec, files: filesOf() });
  if (realTime) Object.assign(host.clock, { now: () => Date.now(), monotonicMs: () => performance.now() });
  const supervisord: SupervisordService = { snapshot: () => noSupervisord(), config: () => noSupervisord() };
  const owners: OwnerService = { look: () => look(), owners: () => noSupervisord() };
  const context = { host, programs, sources: { supervisord, owners }, restored };
  const collector = gpuModule.create(gpuModule.configSchema.parse(config), context);
  if (collector === undefined) throw new Error('not configured');
  const rig: Rig = {
    host,
    collector,
    owners: {},
    hardware: bareMetal,
    kernelLog: undefined,
    collect: () => collector.collect(new AbortController().signal),
  };
  return rig;

  function filesOf(): Files {
    return {
      stuckMs: () => 0,
      call<Args, Result>({ name }: FileOperation<Args, Result>): Promise<Result> {
        const answer: unknown = name === 'gpu.hardware' ? rig.hardware : rig.kernelLog;
        if (answer === undefined) return Promise.reject(new SourceError('denied', 'EPERM: /dev/kmsg'));
        return Promise.resolve(answer as Result);
      },
    };
  }

  function look(): Promise<ProcessLook> {
    if (rig.owners === undefined) return noSupervisord();
    const known = rig.owners;
    const snapshot = {
      atMs: 0,
      state: { code: 1, name: 'RUNNING' },
      pid: 1,
      version: '4.2.5',
      identification: 'supervisor',
      programs: [program('llama'), program('worker-gpu'), program('fastapi'), program('a', 'pool')],
    };
    return Promise.resolve({
      snapshot,
      processes: new Map(),
      unseen: new Set<string>(),
      ownerOf: (pid: number): Owner => known[pid] ?? { kind: 'unknown' },
    });
  }
}

/** `name{label=value,…} value` of each sample, sorted; of all metrics, or of those that begin with a prefix. */
export function lines(outcome: Outcome, ...prefixes: string[]): string[] {
  const samples: readonly Sample[] = [...(outcome.ok ? outcome.samples : []), ...outcome.health];
  return samples
    .map(({ metric, labels, value }) => {
      const text = metric.labels.map((name) => `${name}=${labels[name]}`).join(',');
      return `${metric.name.replace('gpunode_', '')}${text === '' ? '' : `{${text}}`} ${typeof value === 'number' ? value : 'a histogram'}`;
    })
    .filter((line) => prefixes.length === 0 || prefixes.some((prefix) => line.startsWith(prefix)))
    .toSorted();
}

function noSupervisord(): Promise<never> {
  return Promise.reject(new SourceError('unavailable', 'supervisord does not answer'));
}

function program(name: string, group = name): ProgramStatus {
  return {
    program: group === name ? name : `${group}:${name}`,
    name,
    group,
    state: 20,
    startSeconds: 1,
    stopSeconds: 0,
    nowSeconds: 2,
    pid: 1,
    spawnError: '',
    exitStatus: 0,
    stdoutLog: '',
    stderrLog: '',
  };
}
