/** What the checklist may know of the programs' logs. */

export interface LogsFacts {
  /** Every program that has a log. */
  readonly programs: readonly ProgramLogFacts[];
}

export interface ProgramLogFacts {
  readonly program: string;
  /** Undefined: it was never started, so that nothing is to be read. */
  readonly readable: boolean | undefined;
  /** Unix time in milliseconds since when its logs have been read without a gap; 0: from their first byte. Absent: not read. */
  readonly followedSinceMs?: number;
  readonly logs: readonly { readonly path: string; readonly unreadable?: string }[];
  /** Every class, ours and the user's. */
  readonly classes: readonly ClassFacts[];
}

export interface ClassFacts {
  readonly name: string;
  /** Events ever counted. */
  readonly count: number;
  /** Unix time in milliseconds of the newest; undefined if there was none. */
  readonly lastMs: number | undefined;
}
