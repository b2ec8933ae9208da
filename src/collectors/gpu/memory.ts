import type { Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { GpuProcess } from '../../sources/nvidia-smi/processes.ts';
import type { Owner, ProcessLook } from '../../sources/procfs/types.ts';
import { gpuMetrics } from './metrics.ts';

/** Who holds memory of a card; the pids are evidence for people and never a label. */
export interface HeldMemory {
  readonly uuid: string;
  readonly owner: Owner['kind'];
  /** Of an orphan the program that left it behind, where that is known. */
  readonly program: string | undefined;
  /** Undefined where the driver does not say how much one of the processes holds. */
  readonly bytes: number | undefined;
  readonly pids: readonly number[];
}

export interface MemoryByOwner {
  readonly held: readonly HeldMemory[];
  /** Cards whose processes could all be told: where nothing is held, that is a 0. */
  readonly told: readonly string[];
  /** The pids are of another namespace: nobody here can say whose they are. */
  readonly foreignPids: boolean;
}

/**
 * Sums up who holds the memory of the cards. In another pid namespace a pid of the driver may by chance be that of some
 * process here, so that there either all pids are known or none is believed.
 */
export function attributeMemory(
  processes: readonly GpuProcess[],
  look: ProcessLook,
  { uuids, firstPidNamespace }: { uuids: readonly string[]; firstPidNamespace: boolean },
): MemoryByOwner {
  const ownerOf = (pid: number | undefined): Owner => (pid === undefined ? { kind: 'unknown' } : look.ownerOf(pid));
  const foreignPids = !firstPidNamespace && processes.some(({ pid }) => ownerOf(pid).kind === 'unknown');
  const groups = new Map<string, HeldMemory>();
  for (const { uuid, pid, usedBytes } of processes) {
    const owner: Owner = foreignPids ? { kind: 'unknown' } : ownerOf(pid);
    const key = JSON.stringify([uuid, owner]);
    const before = groups.get(key) ?? { uuid, owner: owner.kind, program: programOf(owner), bytes: 0, pids: [] };
    const bytes = before.bytes === undefined || usedBytes === undefined ? undefined : before.bytes + usedBytes;
    groups.set(key, { ...before, bytes, pids: pid === undefined ? before.pids : [...before.pids, pid] });
  }
  const hidden = new Set(processes.filter(({ pid }) => pid === undefined || foreignPids).map(({ uuid }) => uuid));
  const all = new Set([...uuids, ...processes.map(({ uuid }) => uuid)]);
  return { held: [...groups.values()], told: [...all].filter((uuid) => !hidden.has(uuid)), foreignPids };
}

/** Samples of what is held, with zeros for the programs and owners that hold nothing. */
export function memorySamples({ held, told }: MemoryByOwner, programs: readonly string[]): Sample[] {
  const byProgram = new Map<string, number | undefined>();
  const byOwner = new Map<string, number | undefined>();
  for (const uuid of told) {
    for (const program of programs) byProgram.set(JSON.stringify({ uuid, program }), 0);
    for (const owner of gpuMetrics.unattributedMemory.values.owner) byOwner.set(JSON.stringify({ uuid, owner }), 0);
  }
  for (const { uuid, owner, program, bytes } of held) {
    if (owner !== 'unknown' && !told.includes(uuid)) continue;
    const [sums, labels] = owner === 'program' ? [byProgram, { uuid, program }] : [byOwner, { uuid, owner }];
    const key = JSON.stringify(labels);
    const before = sums.has(key) ? sums.get(key) : 0;
    sums.set(key, before === undefined || bytes === undefined ? undefined : before + bytes);
  }
  return [...samplesOf(gpuMetrics.programMemory, byProgram), ...samplesOf(gpuMetrics.unattributedMemory, byOwner)];
}

function programOf(owner: Owner): string | undefined {
  if (owner.kind === 'program') return owner.program;
  return owner.kind === 'orphan' ? owner.formerProgram : undefined;
}

function samplesOf(
  metric: typeof gpuMetrics.programMemory | typeof gpuMetrics.unattributedMemory,
  sums: ReadonlyMap<string, number | undefined>,
): Sample[] {
  return [...sums].flatMap(([labels, bytes]) =>
    bytes === undefined ? [] : [sample(metric, JSON.parse(labels) as Record<string, string>, bytes)],
  );
}
