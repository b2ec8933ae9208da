import type { Owner } from '../../sources/procfs/types.ts';
import type { EndpointState } from '../../sources/http-probe/types.ts';

/** A process that holds a listening socket on an endpoint's port. */
export interface ListenerProcess {
  readonly pid: number;
  readonly comm: string;
  readonly owner: Owner;
}

/** Listening sockets on a port, by owner. */
export interface Listeners {
  readonly program: number;
  readonly other: number;
  readonly unknown: number;
  /** Those that are known and not the program's. */
  readonly strangers: readonly ListenerProcess[];
}

export interface EndpointFact {
  readonly target: string;
  readonly program: string;
  readonly kind: 'http' | 'llama';
  /** Scheme, host, port and path; what a query string may hold is nobody's business. */
  readonly url: string;
  /** Absent when it could not be asked, for which `unprobed` says why. */
  readonly state?: EndpointState;
  readonly unprobed?: string;
  readonly reason?: string;
  readonly statusCode?: number;
  readonly durationSeconds?: number;
  /** Unix time in milliseconds since when the state is what it is, as far as this exporter has seen. */
  readonly sinceMs: number;
  readonly lastSuccessMs?: number;
  readonly slowSeconds: number;
  readonly loadingBudgetSeconds: number;
  /** Absent for another host's port, or where the sockets cannot be listed. */
  readonly listeners?: Listeners;
}

export interface EndpointsFacts {
  /** In the order of the configuration. */
  readonly endpoints: readonly EndpointFact[];
}
