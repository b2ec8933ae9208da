/** What the checklist may know of what the programs need to run. */
export interface ArtifactsFacts {
  readonly paths: readonly PathFacts[];
  readonly binaries: readonly BinaryFacts[];
  readonly timeouts: readonly TimeoutFacts[];
  /** False: supervisord.conf could not be read, and what programs need is missing above. */
  readonly programsKnown: boolean;
}

export interface PathFacts {
  readonly path: string;
  /** Programs that need it; none for a path that is only configured. */
  readonly programs: readonly string[];
  /** Absent: it could not be told. */
  readonly present?: boolean;
  /** It is there, or is looked for on PATH, and cannot be executed all the same: why. */
  readonly problem?: string;
}

export interface BinaryFacts {
  readonly binary: string;
  readonly program: string;
  /** Where it was found, or looked for last. */
  readonly path: string;
  /** Absent: it could not be told. */
  readonly runnable?: boolean;
  readonly problem?: string;
  /** Absent: it could not be told. */
  readonly missingLibraries?: readonly string[];
}

export interface TimeoutFacts {
  readonly program: string;
  /** Name of the variable, or `startsecs`. */
  readonly timeout: string;
  readonly seconds: number;
  readonly from: 'supervisord' | 'environment' | 'script';
}
