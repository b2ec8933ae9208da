import { SourceError } from '../../core/contract.ts';
import type { Clock } from '../../core/host.ts';
import type { Budget, GpuQueries } from '../../sources/nvidia-smi/queries.ts';
import type { SeenCard } from './inventory.ts';

/** Adds to the cards what drivers before 580 tell of row remaps only when asked separately. */
export interface RowRemaps {
  complete(cards: readonly SeenCard[], budget: Budget): Promise<readonly SeenCard[]>;
}

// A remap waits until the card is reset: there is no hurry.
const everyMs = 5 * 60_000;

export function createRowRemaps(queries: GpuQueries, clock: Clock): RowRemaps {
  let pending = new Map<string, boolean>();
  let askedMs = -Infinity;

  async function ask(budget: Budget): Promise<void> {
    if (clock.monotonicMs() - askedMs < everyMs) return;
    askedMs = clock.monotonicMs();
    try {
      pending = await queries.remappedRows(budget);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      // An nvidia-smi too old to know the query is no failure; old answers are not repeated.
      pending = new Map();
    }
  }

  return {
    async complete(cards, budget): Promise<readonly SeenCard[]> {
      if (cards.length === 0 || !queries.lacks('remapped_rows.pending')) return cards;
      await ask(budget);
      return cards.map((card) => {
        const rowRemapPending = pending.get(card.uuid);
        return rowRemapPending === undefined ? card : { ...card, flags: { ...card.flags, rowRemapPending } };
      });
    },
  };
}
