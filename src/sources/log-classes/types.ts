/** What went wrong, in precedence order: within one event the first class that any of its lines shows is its class. */
export const logClasses = [
  'gpu_oom',
  'gpu_fault',
  'missing_dependency',
  'model_invalid',
  'model_missing',
  'wait_timeout',
  'app_load',
  'config_invalid',
  'bind_failed',
  'gpu_unavailable',
  'host_oom',
  'native_crash',
  'temporal_rpc',
  'upstream_unreachable',
  'cpu_fallback',
  'activity_failed',
  'unclassified',
] as const;

export type LogClass = (typeof logClasses)[number];

/** One failure, however many lines it took to tell it. */
export interface LogEvent {
  /** A `LogClass`, or the name of one of the user's classes. */
  readonly class: string;
  /** Unix time in milliseconds: the line's own where it has one, else when it was read. */
  readonly atMs: number;
  /** Where in its file it begins: the same when it is read again. */
  readonly offset: number;
}

/**
 * Where a rule's text may stand: `plain` a line without a level, `warning` and `error` the message of a record of that
 * level, `exception` the last line of a traceback or what a C++ program says of its exception.
 */
export type Place = 'plain' | 'warning' | 'error' | 'exception';

/** How one program says one thing. `of` names the program and the place in its source that prints it. */
export interface Rule {
  readonly class: LogClass;
  readonly in: readonly Place[];
  readonly pattern: RegExp;
  readonly of: string;
  /** Says that something failed but not why: counts only if no other line of the event says more. */
  readonly vague?: true;
  /** Lines of one family that stand together tell one event. */
  readonly family?: Family;
}

/** `llama`: whisper.cpp and ggml too. `lead`: a traceback may follow. `death`: the process is gone after it. */
export type Family = 'llama' | 'lead' | 'death' | 'curl' | 'usage';
