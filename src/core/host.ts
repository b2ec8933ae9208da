/**
 * `Host` is the only way from a collector to the outside world, so that tests can pass a fake one.
 * Implementations: `exec.ts`, `http-client.ts`, `log.ts` beside this file, and `src/agent/client.ts` for files.
 */

export interface Host {
  readonly exec: Exec;
  readonly http: HttpClient;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds that only go forward, for durations. */
  monotonicMs(): number;
}

/** Log fields are flat; a value is never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * A piece of file work that may hang and therefore runs in the file agent. Arguments and result are plain JSON.
 * One definition serves both sides: the agent runs it, the main process names it.
 */
export interface FileOperation<Args, Result> {
  readonly name: string;
  run(path: string, args: Args): Promise<Result>;
}

export interface FileCallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Files {
  /**
   * Runs an operation on one path in the file agent. At most one call per path is outstanding.
   * Rejects with `SourceError`: `timeout` after `timeoutMs` or while an earlier call on that path does not return;
   * `denied` for EACCES and EPERM; `unavailable` for ENOENT and its kin; else `error`. `cause.code` has the errno name.
   */
  call<Args, Result>(
    operation: FileOperation<Args, Result>,
    path: string,
    args: Args,
    options: FileCallOptions,
  ): Promise<Result>;
  /** Age in milliseconds of the oldest call that is past its deadline and still has not returned; 0 if none. */
  stuckMs(): number;
}

export interface ExecOptions {
  /** Our own deadline: the promise settles then, whatever the child does. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly maxOutputBytes?: number;
  /** How long after SIGTERM a child that is still there gets SIGKILL; 10 s if not said. */
  readonly killAfterMs?: number;
}

export interface ExecResult {
  /** Absent when the child was killed by a signal or could not be started. */
  readonly exitCode?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The command does not exist or is not executable. */
  readonly spawnError?: { readonly code: string; readonly message: string };
  /** The deadline passed; the child was asked to end. `exited` settles when it is really gone. */
  readonly timedOut: boolean;
  readonly outputTruncated: boolean;
  /** Resolves when the child has exited, which after a deadline may be never. */
  readonly exited: Promise<void>;
}

/** Runs a command: SIGTERM at the deadline, SIGKILL much later, then abandoned and unreferenced. Never rejects. */
export type Exec = (command: readonly [string, ...string[]], options: ExecOptions) => Promise<ExecResult>;

export interface HttpRequest {
  readonly url: string;
  /** Connect to this unix socket instead of the URL's host. */
  readonly socketPath?: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Total budget, from name lookup to the last byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly maxBodyBytes: number;
  /** PEM text of the certificate authorities to trust instead of the system's. */
  readonly ca?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The body was longer than `maxBodyBytes`; `body` holds its beginning. */
  readonly bodyTruncated: boolean;
}

/** A request that got no response. `kind` is bounded; `code` is Node's or OpenSSL's. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: 'refused' | 'timeout' | 'dns_error' | 'tls_error' | 'connection_error' | 'denied' | 'not_found';
  readonly code: string | undefined;

  constructor(kind: HttpFailure['kind'], message: string, code?: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

export interface HttpClient {
  /** One request on a new connection, closed afterwards; redirects are not followed. Rejects with `HttpFailure`. */
  request(request: HttpRequest): Promise<HttpResponse>;
}
