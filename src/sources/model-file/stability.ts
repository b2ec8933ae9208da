export interface Stability {
  /** Undefined until it can be told: not changed so far, but not watched for long enough either. */
  readonly stable: boolean | undefined;
  /** Since when nothing changed, on the clock of `look`. */
  readonly sinceMs: number;
  /** It differs from the look before. */
  readonly changed: boolean;
}

export interface StabilityWatch {
  /** `fingerprint` is undefined while nothing is there. */
  look(nowMs: number, fingerprint: string | undefined): Stability;
}

/** Stable is what at least two looks found the same, over at least `stableForMs`. */
export function watchStability(stableForMs: number): StabilityWatch {
  let last: { fingerprint: string | undefined; sinceMs: number } | undefined;
  let everChanged = false;

  return {
    look(nowMs, fingerprint) {
      const changed = last !== undefined && last.fingerprint !== fingerprint;
      everChanged ||= changed;
      if (last === undefined || changed) last = { fingerprint, sinceMs: nowMs };
      const { sinceMs } = last;
      const longEnough = !changed && nowMs - sinceMs >= stableForMs && nowMs > sinceMs;
      const stable = longEnough || (everChanged ? false : undefined);
      return { stable: fingerprint === undefined ? undefined : stable, sinceMs, changed };
    },
  };
}
