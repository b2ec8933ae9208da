/** One HTTP health probe: what is asked, what is expected, what came. */

export interface Expectation {
  readonly status: readonly number[];
  /** What the JSON body must contain; undefined: any body will do. */
  readonly json: unknown;
  readonly kind: 'http' | 'llama';
}

export interface ProbeRequest {
  readonly url: string;
  readonly timeoutMs: number;
  readonly followRedirects: boolean;
  /** Sent to the origin of `url` and to no other. */
  readonly authorization?: string;
  /** PEM. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

export const endpointStates = [
  'ok',
  'loading',
  'refused',
  'timeout',
  'dns_error',
  'tls_error',
  'connection_error',
  'http_error',
  'body_mismatch',
  'stranger',
] as const;
export type EndpointState = (typeof endpointStates)[number];

export interface Verdict {
  readonly state: Exclude<EndpointState, 'stranger'>;
  /** Absent when no response came. */
  readonly statusCode?: number;
  /** For the log; holds nothing of the body. */
  readonly reason?: string;
}
