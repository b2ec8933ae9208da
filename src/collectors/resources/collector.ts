import type { Collector, CollectorTiming, OkOutcome, Sample } from '../../core/contract.ts';
import type { Host } from '../../core/host.ts';
import { sample } from '../../core/samples.ts';
import { membersOf } from '../../sources/procfs/members.ts';
import { readProcessResources } from '../../sources/procfs/resources.ts';
import type { ProcessResources } from '../../sources/procfs/resources.ts';
import type { ProcessLook, ProcessStat } from '../../sources/procfs/types.ts';
import type { Sources } from '../../sources/index.ts';
import { createCpuAccount } from './cpu-account.ts';
import type { OrphanProcess, ProgramResources, ResourcesFacts } from './facts.ts';
import { resourceMetrics } from './metrics.ts';
import { createSlowList } from './slow-list.ts';

const maxOrphans = 20;

/** Sums memory, CPU time, descriptors and processes over everything that belongs to each target program. */
export function createResourcesCollector(
  timing: CollectorTiming,
  names: readonly string[],
  host: Host,
  sources: Sources,
): Collector<ResourcesFacts> {
  const cpu = createCpuAccount();
  const slow = createSlowList();
  // A counter that was shown stays, also when supervisord has forgotten its program.
  const shown = new Set<string>();

  async function collect(signal: AbortSignal): Promise<OkOutcome<ResourcesFacts>> {
    const options = { timeoutMs: timing.timeout, signal };
    const look = await sources.owners.look(options);
    cpu.update(look);
    const current = new Set(targets(look));
    for (const program of current) shown.add(program);
    const members = livingMembers(look);
    const pids = [...current].flatMap((program) => (members.get(program) ?? []).map(({ pid }) => pid));
    const args = { pids, rssOnly: slow.pids(look.processes) };
    const found = pids.length === 0 ? [] : await host.files.call(readProcessResources, '/proc', args, options);
    slow.note(found, look.processes);

    const byPid = new Map(found.map((each) => [each.pid, each]));
    const programs = [...shown].map((program) => {
      const measured = current.has(program) && !look.unseen.has(program);
      const used = measured ? sum(members.get(program) ?? [], byPid) : {};
      return { program, ...used, cpuSeconds: cpu.seconds(program) };
    });
    return {
      ok: true,
      health: [],
      samples: programs.flatMap(samplesOf),
      facts: { programs, orphans: orphansOf(look) },
    };
  }

  /** Labels of the target programs; a name that supervisord does not know stands for itself. */
  function targets({ snapshot }: ProcessLook): string[] {
    return names.flatMap((name) => {
      const members = membersOf(name, snapshot).map(({ program }) => program);
      return members.length > 0 || name === 'all' ? members : [name];
    });
  }

  return { collect };
}

function livingMembers({ processes, ownerOf }: ProcessLook): Map<string, ProcessStat[]> {
  const members = new Map<string, ProcessStat[]>();
  for (const process of processes.values()) {
    const owner = process.state === 'Z' ? undefined : ownerOf(process.pid);
    if (owner?.kind !== 'program') continue;
    const known = members.get(owner.program);
    if (known === undefined) members.set(owner.program, [process]);
    else known.push(process);
  }
  return members;
}

/** A sum only where every part is known; a process that ended while we looked is no part. */
function sum(
  members: readonly ProcessStat[],
  found: ReadonlyMap<number, ProcessResources>,
): Omit<ProgramResources, 'program' | 'cpuSeconds'> {
  const parts = members.flatMap(({ pid }) => found.get(pid) ?? []);
  const memoryBytes = total(parts.map((each) => each.memoryBytes));
  const openFds = total(parts.map((each) => each.openFds));
  const kinds = new Set(parts.map((each) => each.memoryKind));
  const [kind] = kinds.size === 1 ? kinds : (['mixed'] as const);
  return {
    processes: members.length,
    ...(memoryBytes === undefined || kind === undefined ? {} : { memoryBytes, memoryKind: kind }),
    ...(openFds === undefined ? {} : { openFds }),
  };
}

function total(parts: readonly (number | undefined)[]): number | undefined {
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part));
}

function samplesOf({ program, processes, memoryBytes, openFds, cpuSeconds }: ProgramResources): Sample[] {
  const labels = { program };
  const samples = [sample(resourceMetrics.cpu, labels, cpuSeconds)];
  if (processes !== undefined) samples.push(sample(resourceMetrics.processes, labels, processes));
  if (memoryBytes !== undefined) samples.push(sample(resourceMetrics.memory, labels, memoryBytes));
  if (openFds !== undefined) samples.push(sample(resourceMetrics.openFds, labels, openFds));
  return samples;
}

function orphansOf({ processes, ownerOf }: ProcessLook): OrphanProcess[] {
  const orphans: OrphanProcess[] = [];
  for (const { pid, comm, state } of processes.values()) {
    const owner = ownerOf(pid);
    if (owner.kind !== 'orphan' || state === 'Z') continue;
    const { formerProgram } = owner;
    orphans.push({ pid, comm, ...(formerProgram === undefined ? {} : { formerProgram }) });
    if (orphans.length === maxOrphans) break;
  }
  return orphans;
}
