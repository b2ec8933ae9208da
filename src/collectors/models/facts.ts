import type { ModelFormat } from '../../sources/model-file/types.ts';
import type { Anomaly } from './metrics.ts';

/** How far back a file that comes and goes counts. */
export const flickerWindowMs = 15 * 60_000;

/** Whatever is absent could not be told. */
export interface ModelFact {
  readonly model: string;
  readonly program: string;
  /** Absent while nothing says which file it is. */
  readonly path?: string;
  /** Where the path comes from. */
  readonly pathFrom: PathOrigin;
  readonly format?: ModelFormat;
  /** The file system did not answer, and nothing of what follows is known. */
  readonly unknown?: string;
  readonly present?: boolean;
  readonly regular?: boolean;
  readonly readable?: boolean;
  readonly sizeBytes?: number;
  readonly allocatedBytes?: number;
  readonly requiredBytes?: number;
  /** Absent also for an absent file. */
  readonly complete?: boolean;
  readonly stable?: boolean;
  readonly unchangedForMs?: number;
  /** Why it is not there, not readable or not complete. */
  readonly problems: readonly string[];
  /** Those that are there now. */
  readonly anomalies: readonly Anomaly[];
  /** Whether its directory lists it cannot be told. */
  readonly unlisted?: true;
  /** Names of downloads next to it. */
  readonly twins: readonly string[];
  readonly inode?: string;
  readonly ctimeMs?: number;
  readonly lastChangeMs?: number;
  /** Unix times in milliseconds at which it came or went within `flickerWindowMs`: two or more are a flicker. */
  readonly presenceChangesMs: readonly number[];
  readonly architecture?: string;
  readonly quantization?: string;
  readonly parameters?: number;
  /** The process that serves the model now; absent while only a waiting script runs, or nothing. */
  readonly server?: ServerFact;
  /** Whether a process serves it cannot be told: supervisord is silent, or the program's processes cannot be seen. */
  readonly serverUnseen?: true;
}

export type PathOrigin = 'config' | 'command_line' | 'start_script' | 'remembered' | 'newest' | 'nowhere';

export interface ServerFact {
  readonly pid: number;
  readonly startedMs: number;
  readonly firstSeenMs: number;
  /** It started under our eyes: the file as it was then is the one that it loaded. */
  readonly seenFromStart: boolean;
  /** The file when the server was first seen; absent if it was not there or could not be looked at. */
  readonly fileThen?: FileIdentity;
}

export interface FileIdentity {
  readonly sizeBytes: number;
  readonly inode: string;
  readonly ctimeMs: number;
}

export interface DirectoryFact {
  readonly directory: string;
  readonly program: string;
  readonly files?: number;
  readonly bytes?: number;
  /** Why it could not be counted. */
  readonly error?: string;
}

export interface ModelsFacts {
  /** In the order of the configuration. */
  readonly models: readonly ModelFact[];
  readonly directories: readonly DirectoryFact[];
}
