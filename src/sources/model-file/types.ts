/** What one look at a model on disk found. Everything here is plain JSON: it crosses from the file agent. */

/** `gguf`: one file, or the shards of one. `whisper`: a directory for faster-whisper. `file`: anything else. */
export const modelFormats = ['gguf', 'whisper', 'file'] as const;
export type ModelFormat = (typeof modelFormats)[number];

export interface FileStatus {
  readonly inode: string;
  readonly sizeBytes: number;
  /** Undefined where the file system does not say. */
  readonly allocatedBytes: number | undefined;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Device, inode, size, mtime and ctime at full resolution: two equal ones mean an unchanged file. */
  readonly fingerprint: string;
}

/** What was read inside a file; kept until its fingerprint changes. */
export interface FileContent {
  readonly fingerprint: string;
  /** `unknown`: of a format, or with tensor types, whose size cannot be told. */
  readonly state: 'valid' | 'invalid' | 'unknown';
  /** Why it is not valid, for people. */
  readonly problem?: string;
  readonly requiredBytes?: number;
  /** A shorter file is certainly cut, even where `requiredBytes` is not known. */
  readonly minimumBytes?: number;
  /** The last bytes that the format needs are all zero: preallocated and not filled, or full of zeros. */
  readonly zeroTail: boolean;
  /** So are the first: there is nothing but zeros. */
  readonly zeroData: boolean;
  readonly architecture?: string;
  readonly quantization?: string;
  readonly parameters?: number;
  /** What the file says of itself as a shard; `index` from 0. */
  readonly split?: { readonly index: number; readonly count: number };
}

/** One file; whatever is undefined could not be told. */
export interface FileLook {
  readonly path: string;
  readonly present?: boolean;
  readonly kind?: 'regular' | 'directory' | 'other';
  /** Its directory lists it. */
  readonly listed?: boolean;
  /** A symbolic link that leads nowhere or in circles. */
  readonly danglingLink: boolean;
  /** errno name. */
  readonly statError?: string;
  readonly status?: FileStatus;
  /** Really opened and read from; undefined when there was nothing to open. */
  readonly opened?: boolean;
  readonly openError?: string;
  /** Whether the program's user may read it, going by owner and mode. */
  readonly allowed?: boolean;
  /** Undefined when its fingerprint is the known one, or when it could not be read. */
  readonly content?: FileContent;
}

/** A file next to a model that tells of a download. */
export interface Twin {
  readonly name: string;
  /** A control file: the model itself is being written, not a copy that will take its name. */
  readonly inPlace: boolean;
}

export interface ModelLook {
  readonly format: ModelFormat;
  /** The named file, all shards of a split model, or the files that a directory needs. The first is the named one's. */
  readonly files: readonly FileLook[];
  /** For a directory, what it lacks, such as `vocabulary.*`. */
  readonly missing: readonly string[];
  readonly twins: readonly Twin[];
  /** For a directory: what it is itself. */
  readonly directory?: Omit<FileLook, 'content'>;
}

/** Whose right to read counts. */
export interface ProgramUser {
  readonly uid: number;
  readonly gids: readonly number[];
}

export interface LookArgs {
  readonly format?: ModelFormat;
  /** Without `format`: what a file is taken for that neither its name nor its first bytes tell of. */
  readonly assume?: ModelFormat;
  readonly user?: ProgramUser;
  /** Fingerprints of what was read before, by path: such files are not read again. */
  readonly known: Readonly<Record<string, string>>;
  /** False: nothing inside the files is looked at. */
  readonly content: boolean;
}
