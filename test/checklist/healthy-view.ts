/** A view of a node on which all is well, for tests to break one thing at a time. */
import type { ArtifactsFacts } from '../../src/collectors/artifacts/facts.ts';
import type { EndpointFact } from '../../src/collectors/endpoints/facts.ts';
import type { GpuFacts } from '../../src/collectors/gpu/facts.ts';
import type { HostFacts } from '../../src/collectors/host/facts.ts';
import type { LogsFacts, ProgramLogFacts } from '../../src/collectors/logs/facts.ts';
import type { ModelFact } from '../../src/collectors/models/facts.ts';
import type { ProgramFacts, SupervisorFacts } from '../../src/collectors/supervisor/facts.ts';
import type { Known, NodeView } from '../../src/checklist/types.ts';
import type { NodeConfig } from '../../src/checklist/node-config.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { FailureReason, Sample, TimedEvent } from '../../src/core/contract.ts';
import { emptyNode } from '../support/empty-node.ts';

export const nowMs = Date.parse('2026-01-02T03:04:05Z');
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** The programs' uptime. */
export const uptimeSeconds = 7_200;
export const gpu = 'GPU-5f0e4d3c-2b1a-4099-8877-665544332210';
export const model = '/workspace/packages/models/llm/model.gguf';

export function known<Facts>(facts: Facts, health: readonly Sample[] = []): Known<Facts> {
  return { kind: 'known', facts, health };
}

export function failed(reason: FailureReason = 'timeout', health: readonly Sample[] = []): Known<never> {
  return { kind: 'failed', reason, error: 'no answer within 2000 ms', health };
}

/** The zero config with one model whose path is known, changed as the file would. */
export function configOf(change: Record<string, unknown> = {}): NodeConfig {
  const models = { files: [{ name: 'llama', path: model, program: 'llama', format: 'gguf' }] };
  return configSchema.parse({ models, ...change }) as unknown as NodeConfig;
}

export function healthyView(change: Partial<NodeView> = {}): NodeView {
  return emptyNode({
    nowMs,
    config: configOf(),
    watchedSinceMs: nowMs - 48 * hourMs,
    supervisor: known(supervisorFacts()),
    resources: known({ programs: [], orphans: [] }),
    endpoints: known({ endpoints: [endpoint(), endpoint({ target: 'llama', program: 'llama', kind: 'llama' })] }),
    gpu: known(gpuFacts()),
    models: known({ models: [modelFact()], directories: [] }),
    logs: known(logsFacts()),
    host: known(hostFacts()),
    artifacts: known(artifactsFacts()),
    ...change,
  });
}

export function program(name: string, change: Partial<ProgramFacts> = {}): ProgramFacts {
  return {
    program: name,
    status: {
      state: 'RUNNING',
      stateCode: 20,
      pid: 4711,
      startSeconds: nowMs / 1000 - uptimeSeconds,
      uptimeSeconds,
      spawnError: '',
    },
    startsecs: 1,
    autostart: true,
    source: 'main_log',
    starts: { initial: 1, requested: 0, respawn: 0, unknown: 0 },
    exits: { expected: 0, unexpected: 0, signal: 0, spawn_error: 0, stopped: 0, unknown: 0 },
    gaveUp: 0,
    ...change,
  };
}

/** In another state, with no process. */
export function down(name: string, state: string, change: Partial<ProgramFacts> = {}): ProgramFacts {
  return program(name, {
    status: { state, stateCode: 0, pid: 0, startSeconds: nowMs / 1000 - 60, spawnError: '' },
    ...change,
  });
}

export function supervisorFacts(...programs: readonly ProgramFacts[]): SupervisorFacts {
  const all = programs.length > 0 ? programs : ['fastapi', 'worker-gpu', 'llama'].map((name) => program(name));
  return { state: 'RUNNING', version: '4.2.5', identification: 'supervisor', pid: 1, programs: all };
}

export function endpoint(change: Partial<EndpointFact> = {}): EndpointFact {
  return {
    target: 'compute-api',
    program: 'fastapi',
    kind: 'http',
    url: 'http://127.0.0.1:8000/health',
    state: 'ok',
    statusCode: 200,
    durationSeconds: 0.004,
    sinceMs: nowMs - hourMs,
    slowSeconds: 1,
    loadingBudgetSeconds: 600,
    ...change,
  };
}

export type Card = GpuFacts['cards'][number];

export function card(change: Partial<Card> = {}): Card {
  return {
    uuid: gpu,
    index: '0',
    busId: '00000000:9B:00.0',
    name: 'NVIDIA H100 80GB HBM3',
    driverVersion: '570.00',
    readings: { memoryTotalBytes: 80 * 1024 ** 3, memoryFreeBytes: 40 * 1024 ** 3 },
    flags: {},
    unreadable: { lost: 0, reset_required: 0, unknown_error: 0, no_permission: 0, other: 0 },
    readable: true,
    ...change,
  };
}

export function gpuFacts(change: Partial<GpuFacts> = {}): GpuFacts {
  const held = { uuid: gpu, owner: 'program', program: 'worker-gpu', bytes: 2 * 1024 ** 3, pids: [4711] } as const;
  return { visible: 1, expected: 1, message: '', cards: [card()], missing: [], memory: [held], probes: [], ...change };
}

export function modelFact(change: Partial<ModelFact> = {}): ModelFact {
  return {
    model: 'llama',
    program: 'llama',
    path: model,
    pathFrom: 'config',
    format: 'gguf',
    present: true,
    regular: true,
    readable: true,
    sizeBytes: 4_920_000_000,
    requiredBytes: 4_920_000_000,
    complete: true,
    stable: true,
    unchangedForMs: 90_000,
    problems: [],
    anomalies: [],
    twins: [],
    inode: '12',
    ctimeMs: nowMs - 24 * hourMs,
    presenceChangesMs: [],
    ...change,
  };
}

export function logOf(name: string, change: Partial<ProgramLogFacts> = {}): ProgramLogFacts {
  return {
    program: name,
    readable: true,
    followedSinceMs: 0,
    logs: [{ path: `/var/log/${name}.err` }],
    classes: [],
    ...change,
  };
}

export function logsFacts(...programs: readonly ProgramLogFacts[]): LogsFacts {
  return { programs: programs.length > 0 ? programs : ['fastapi', 'worker-gpu', 'llama'].map((name) => logOf(name)) };
}

export function hostFacts(change: Partial<HostFacts> = {}): HostFacts {
  const limitBytes = 64 * 1024 ** 3;
  const memory = { limitBytes, availableBytes: limitBytes / 2, swapTotalBytes: 0, limitedBy: 'machine' } as const;
  return { memory, filesystems: [], oomKills: { host: 0 }, ...change };
}

export function artifactsFacts(change: Partial<ArtifactsFacts> = {}): ArtifactsFacts {
  return {
    paths: [{ path: '/workspace/src/api/main.py', programs: ['fastapi'], present: true }],
    binaries: [
      { binary: 'llama-server', program: 'llama', path: '/app/llama-server', runnable: true, missingLibraries: [] },
    ],
    timeouts: [],
    programsKnown: true,
    ...change,
  };
}

let serial = 0;

/** Something that happened so long ago. */
export function event(kind: string, subject: string, agoMs: number, rest: Partial<TimedEvent> = {}): TimedEvent {
  serial += 1;
  return { id: `${kind} ${serial}`, atMs: nowMs - agoMs, kind, subject, ...rest };
}

/** Runs of these lengths, one after the other, each begun again at once; the last one has just ended. */
export function runs(name: string, lengthsSeconds: readonly number[], endedAgoMs = 1_000): TimedEvent[] {
  let agoMs = endedAgoMs;
  return lengthsSeconds
    .toReversed()
    .flatMap((seconds) => {
      const exit = event('exit', name, agoMs, { detail: 'unexpected 1', value: seconds });
      const respawn = event('start', name, agoMs, { detail: 'respawn' });
      agoMs += seconds * 1000;
      return [respawn, exit];
    })
    .toReversed();
}
