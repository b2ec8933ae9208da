import type { Outcome, SavedState } from './contract.ts';

/** What rounds counted whose result came too late to be shown: it goes out, and is saved, with the next one. */
export interface Unheard {
  /** The result of a round that was given up. */
  keep(late: Outcome): void;
  /** The outcome together with what was kept, which is forgotten. */
  addTo(outcome: Outcome): Outcome;
}

export function createUnheard(): Unheard {
  let kept: Pick<Outcome, 'saved' | 'events'> = {};

  function addTo(outcome: Outcome): Outcome {
    const saved = newest(kept.saved, outcome.saved);
    const events = [...(kept.events ?? []), ...(outcome.events ?? [])];
    kept = {};
    return { ...outcome, ...(saved && { saved }), ...(events.length > 0 && { events }) };
  }

  return {
    keep(late) {
      kept = addTo(late);
    },
    addTo,
  };
}

const weights = ['none', 'positions', 'counters'] as const;

/** The later data hold what the earlier ones did. */
function newest(before: SavedState | undefined, now: SavedState | undefined): SavedState | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  const weight = Math.max(weights.indexOf(before.changed), weights.indexOf(now.changed));
  return { data: now.data, changed: weights[weight] ?? now.changed };
}
