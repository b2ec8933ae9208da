/** What one program uses; what is not known is absent. */
export interface ProgramResources {
  readonly program: string;
  /** Living processes of the whole process group and of what left it; absent when they are not visible from here. */
  readonly processes?: number;
  readonly memoryBytes?: number;
  /** `mixed`: of some processes the proportional set size, of others the resident set size. */
  readonly memoryKind?: 'pss' | 'rss' | 'mixed';
  readonly openFds?: number;
  /** Since the exporter started. */
  readonly cpuSeconds: number;
}

/** A process that an earlier incarnation of a program, or a removed one, has left behind. */
export interface OrphanProcess {
  readonly pid: number;
  readonly comm: string;
  readonly formerProgram?: string;
}

export interface ResourcesFacts {
  readonly programs: readonly ProgramResources[];
  /** The first twenty. */
  readonly orphans: readonly OrphanProcess[];
}
