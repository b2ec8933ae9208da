export interface Stability {
  /** Undefined until it can be told: not changed so far, but not watched for long enough either. */
  readonly stable: boolean | undefined;
  /** For how long two looks or more found nothing changed. */
  readonly unchangedMs: number;
  /** It differs from the look before. */
  readonly changed: boolean;
}

/** When a look began and ended, on one clock: what it saw was so at some time between. */
export interface LookTime {
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface StabilityWatch {
  /** `fingerprint` is undefined while nothing is there. */
  look(time: LookTime, fingerprint: string | undefined): Stability;
}

/** Stable is what at least two looks found the same, over at least `stableForMs`. */
export function watchStability(stableForMs: number): StabilityWatch {
  let last: { fingerprint: string | undefined; sinceMs: number } | undefined;
  let everChanged = false;

  return {
    look({ startedMs, endedMs }, fingerprint) {
      if (last === undefined || last.fingerprint !== fingerprint) {
        everChanged ||= last !== undefined;
        const changed = last !== undefined;
        last = { fingerprint, sinceMs: endedMs };
        return { stable: changed && fingerprint !== undefined ? false : undefined, unchangedMs: 0, changed };
      }
      const unchangedMs = Math.max(0, startedMs - last.sinceMs);
      const stable = unchangedMs >= stableForMs || (everChanged ? false : undefined);
      return { stable: fingerprint === undefined ? undefined : stable, unchangedMs, changed: false };
    },
  };
}
