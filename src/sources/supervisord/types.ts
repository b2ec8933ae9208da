/** What supervisord says of itself and its programs, and what its configuration says. */

/** One program as `getAllProcessInfo` reports it. Times are supervisord's own whole seconds, 0 for never. */
export interface ProgramStatus {
  /** What supervisorctl prints: `name`, or `group:name` where they differ. */
  readonly program: string;
  readonly name: string;
  readonly group: string;
  /** 0 STOPPED, 10 STARTING, 20 RUNNING, 30 BACKOFF, 40 STOPPING, 100 EXITED, 200 FATAL, 1000 UNKNOWN. */
  readonly state: number;
  readonly startSeconds: number;
  readonly stopSeconds: number;
  readonly nowSeconds: number;
  /** 0 when there is no process. Also the id of the program's process group. */
  readonly pid: number;
  readonly spawnError: string;
  /** Worthless in BACKOFF and FATAL (0) and for signals (-1): the main log has the true one. */
  readonly exitStatus: number;
  /** Empty where stderr goes to stdout, to syslog or nowhere. */
  readonly stdoutLog: string;
  readonly stderrLog: string;
}

export interface SupervisordSnapshot {
  /** Unix time in milliseconds at which the reply was complete. */
  readonly atMs: number;
  /** supervisord's own: RUNNING 1, RESTARTING 0, SHUTDOWN -1, FATAL 2. */
  readonly state: { readonly code: number; readonly name: string };
  readonly pid: number;
  readonly version: string;
  readonly identification: string;
  readonly programs: readonly ProgramStatus[];
}

/** When supervisord rotates a log that it writes; without backups it truncates the file in place. */
export interface LogRotation {
  /** 0: never. */
  readonly maxBytes: number;
  readonly backups: number;
}

export type AutoRestart = 'true' | 'false' | 'unexpected';

/** A program's stanza, numprocs and process_name expanded. The command may hold secrets: never log or label it. */
export interface ProgramStanza {
  readonly program: string;
  readonly name: string;
  readonly group: string;
  readonly command: string;
  readonly directory: string | undefined;
  readonly user: string | undefined;
  readonly autostart: boolean;
  readonly autorestart: AutoRestart;
  readonly startsecs: number;
  readonly startretries: number;
  readonly exitcodes: readonly number[];
  readonly redirectStderr: boolean;
  readonly stdoutRotation: LogRotation;
  readonly stderrRotation: LogRotation;
  /** Names only: values may be secrets. */
  readonly environmentNames: readonly string[];
  /** The value of one variable that is known to be no secret; a function, so that no dump ever shows the others. */
  readonly environmentValue: (name: string) => string | undefined;
}

export interface SupervisordConfig {
  readonly file: string;
  /** How to reach the RPC: `unix:///path` or `http://host:port`; undefined if no server section exists. */
  readonly serverUrl: string | undefined;
  readonly username: string | undefined;
  /** The service keeps it to itself: undefined in what it hands out. */
  readonly password: string | undefined;
  /** Undefined where supervisord writes to syslog, or to a relative path and nobody knows where it was started. */
  readonly mainLog: string | undefined;
  readonly mainLogRotation: LogRotation;
  readonly logLevel: string;
  readonly identifier: string;
  readonly programs: readonly ProgramStanza[];
  /** Trouble that did not prevent reading the rest: an include that cannot be read, an undefined %(ENV_X)s. */
  readonly warnings: readonly string[];
}

/** The service that every collector shares: one connection's worth of load, however many ask. */
export interface SupervisordService {
  /** The newest snapshot, at most `maxAgeMs` old; concurrent callers share one RPC. Throws `SourceError`. */
  snapshot(options: { maxAgeMs: number; signal?: AbortSignal }): Promise<SupervisordSnapshot>;
  /** The parsed configuration, read again when a file of it changed. Throws `SourceError`. */
  config(signal?: AbortSignal): Promise<SupervisordConfig>;
}
