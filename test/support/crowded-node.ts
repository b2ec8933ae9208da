import type { GpuFacts } from '../../src/collectors/gpu/facts.ts';
import type { ModelFact } from '../../src/collectors/models/facts.ts';
import type { ProgramFacts } from '../../src/collectors/supervisor/facts.ts';
import type { FactSource, Known, NodeView } from '../../src/checklist/types.ts';
import type { TimedEvent } from '../../src/core/contract.ts';
import { emptyNode } from './empty-node.ts';

const gib = 1024 ** 3;

/** Names that try to be markup. */
export const hostileNames = [
  '<script>document.title="hacked"</script>',
  '"><img src=x onerror=alert(1)>',
  "'; alert(1); '",
  '</title></svg><h1>a</h1>',
];

/** Every collector failed: what a page shows when nothing can be known. */
export function deadNode(): NodeView {
  const failed: Known<never> = { kind: 'failed', reason: 'denied', error: 'not allowed to read it', health: [] };
  const all: readonly FactSource[] = [
    'supervisor',
    'resources',
    'endpoints',
    'gpu',
    'models',
    'logs',
    'host',
    'artifacts',
  ];
  return emptyNode(Object.fromEntries(all.map((name) => [name, failed])));
}

/** Fifty programs, eight of them in a crash loop, eight cards and hostile names. */
export function crowdedNode(): NodeView {
  const node = emptyNode();
  const names = Array.from({ length: 50 }, (_, index) => hostileNames[index] ?? `group-${index}:program-${index}`);
  return {
    ...node,
    watchedSinceMs: node.nowMs - 3 * 86_400_000,
    events: names
      .slice(0, 8)
      .flatMap((program) => crashLoop(program, node.nowMs))
      .toSorted((a, b) => a.atMs - b.atMs),
    supervisor: known({
      state: 'RUNNING',
      version: '4.2.5',
      identification: hostileNames[0] ?? '',
      pid: 1,
      programs: names.map(programFacts),
    }),
    gpu: known(gpuFacts(names)),
    models: known({ models: hostileNames.map(modelFact), directories: [] }),
    logs: known({
      programs: names.map((program) => ({
        program,
        readable: true,
        logs: [{ path: `/var/log/${program}` }],
        classes: [{ name: 'gpu_oom', count: 90_000, lastMs: node.nowMs - 60_000 }],
      })),
    }),
  };
}

export function known<Facts>(facts: Facts): Known<Facts> {
  return { kind: 'known', facts, health: [] };
}

export function programFacts(program: string): ProgramFacts {
  return {
    program,
    status: {
      state: 'RUNNING',
      stateCode: 20,
      pid: 4242,
      startSeconds: 1_767_323_000,
      uptimeSeconds: 2,
      spawnError: '',
    },
    startsecs: 1,
    autostart: true,
    source: 'main_log',
    starts: { initial: 1, requested: 0, respawn: 2_000, unknown: 0 },
    exits: { expected: 0, unexpected: 2_000, signal: 0, spawn_error: 0, stopped: 0, unknown: 0 },
    gaveUp: 0,
  };
}

/** As many runs of five seconds as the history keeps. */
function crashLoop(program: string, nowMs: number): TimedEvent[] {
  return Array.from({ length: 2_000 }, (_, index) => {
    const atMs = nowMs - index * 6_000 - 2_000;
    return [
      { id: `start ${program} ${index}`, atMs, kind: 'start', subject: program, detail: 'respawn' },
      {
        id: `exit ${program} ${index}`,
        atMs: atMs - 1_000,
        kind: 'exit',
        subject: program,
        detail: 'unexpected 1',
        value: 5,
      },
    ];
  }).flat();
}

function gpuFacts(names: readonly string[]): GpuFacts {
  const cards = Array.from({ length: 8 }, (_, index) => ({
    uuid: `GPU-00000000-0000-0000-0000-00000000000${index}`,
    index: String(index),
    busId: `00000000:0${index}:00.0`,
    name: hostileNames[index] ?? 'NVIDIA H100 80GB HBM3',
    driverVersion: '550.54.15',
    readings: { memoryTotalBytes: 80 * gib, memoryUsedBytes: 60 * gib, memoryFreeBytes: 20 * gib, utilizationRatio: 1 },
    flags: {},
    unreadable: { lost: 0, reset_required: 0, unknown_error: 0, no_permission: 0, other: 0 },
    readable: true,
  }));
  const memory = cards.flatMap(({ uuid }) => [
    ...names.slice(0, 8).map((program) => ({ uuid, owner: 'program' as const, program, bytes: 5 * gib, pids: [7] })),
    { uuid, owner: 'orphan' as const, program: hostileNames[1], bytes: gib, pids: [8] },
  ]);
  return { visible: 8, expected: 8, message: '', cards, missing: [], memory, probes: [] };
}

export function modelFact(model: string): ModelFact {
  return {
    model,
    program: 'llama',
    path: `/models/${model}.gguf`,
    pathFrom: 'config',
    present: true,
    regular: true,
    readable: true,
    sizeBytes: 3 * gib,
    requiredBytes: 4 * gib,
    complete: false,
    stable: true,
    problems: ['the last tensor ends beyond the file'],
    anomalies: [],
    twins: [],
    presenceChangesMs: [],
  };
}
