import { SourceError } from '../../core/contract.ts';
import type { Sample } from '../../core/contract.ts';
import type { GpuHardware } from '../../sources/nvidia-smi/hardware.ts';
import type { GpuProcess } from '../../sources/nvidia-smi/processes.ts';
import type { Budget, GpuQueries } from '../../sources/nvidia-smi/queries.ts';
import type { OwnerService, ProcessLook } from '../../sources/procfs/types.ts';
import type { SeenCard } from './inventory.ts';
import { attributeMemory, memorySamples } from './memory.ts';
import type { HeldMemory } from './memory.ts';
import type { Notes } from './notes.ts';

/** Whose processes hold the cards' memory. */
export interface MemoryLook {
  /** Undefined where that cannot be told; the cards' own numbers stand without it. */
  look(budget: Budget, cards: CardsToLookAt): Promise<{ held: readonly HeldMemory[]; samples: Sample[] } | undefined>;
}

export interface CardsToLookAt {
  readonly seen: readonly SeenCard[];
  readonly oneByOne: readonly string[] | undefined;
  readonly hardware: GpuHardware | undefined;
}

const ownersMs = 2_000;
const otherNamespace =
  'nvidia-smi names processes by pids that are not known here, so their memory is counted as unknown: let the exporter share the host’s pid namespace (docker run --pid=host)';

export function createMemoryLook(
  queries: GpuQueries,
  owners: OwnerService,
  notes: Notes,
  programs: readonly string[],
): MemoryLook {
  async function attribute(
    budget: Budget,
    { seen, oneByOne, hardware }: CardsToLookAt,
  ): ReturnType<MemoryLook['look']> {
    const firstPidNamespace = hardware?.firstPidNamespace ?? false;
    const processes = await queries.processes(budget, oneByOne);
    // In a container an empty list says nothing: the driver leaves out what the container may not see.
    if (processes.length === 0 && !firstPidNamespace) return undefined;
    const look = await lookAtProcesses(budget);
    const uuids = seen.map(({ uuid }) => uuid);
    const byOwner = attributeMemory(processes, look, { uuids, firstPidNamespace });
    notes.warn('pid namespace', byOwner.foreignPids && someHaveMemory(processes) ? otherNamespace : '');
    return { held: byOwner.held, samples: memorySamples(byOwner, expectedPrograms(look)) };
  }

  async function lookAtProcesses(budget: Budget): Promise<ProcessLook> {
    const timeoutMs = Math.min(ownersMs, Math.max(100, budget.remainingMs()));
    return await owners.look({ timeoutMs, signal: budget.signal });
  }

  /** Programs that are watched and whose processes can be seen: where they hold nothing, that is a 0. */
  function expectedPrograms({ snapshot, unseen }: ProcessLook): string[] {
    const all = programs.includes('all');
    return snapshot.programs
      .filter(({ program, group }) => all || programs.includes(program) || programs.includes(group))
      .map(({ program }) => program)
      .filter((program) => !unseen.has(program));
  }

  return {
    async look(budget, cards): ReturnType<MemoryLook['look']> {
      try {
        const result = await attribute(budget, cards);
        notes.info('gpu processes', '');
        return result;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        notes.info('gpu processes', `who holds the cards' memory is not known: ${error.message}`);
        return undefined;
      }
    },
  };
}

function someHaveMemory(processes: readonly GpuProcess[]): boolean {
  return processes.some(({ usedBytes }) => usedBytes !== 0);
}
