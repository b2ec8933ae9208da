import type { KnownCard } from './saved.ts';
import type { CudaAnswer } from './probes.ts';
import type { HeldMemory } from './memory.ts';
import type { SeenCard } from './inventory.ts';

/** What the checklist may know of the cards. There are none while nvidia-smi gives no answer. */
export interface GpuFacts {
  readonly visible: number;
  readonly expected: number;
  /** Why there is no card, or what nvidia-smi complained of beside the rows; empty if of nothing. */
  readonly message: string;
  readonly cards: readonly SeenCard[];
  /** Cards that were seen before and are not in the newest answer. */
  readonly missing: readonly KnownCard[];
  /** Undefined where nobody can say who holds the memory. */
  readonly memory: readonly HeldMemory[] | undefined;
  readonly probes: readonly CudaAnswer[];
}
