/** What the header of a GGUF file says. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */

/** Random access to the bytes of a file. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills `buffer` from `position` on and returns how many bytes it got; fewer only at the end of the file. */
  read(buffer: Uint8Array, position: number): Promise<number>;
}

export interface GgufLimits {
  /** Bytes that are read of one header, those that are skipped not counted. */
  readonly maxReadBytes: number;
  readonly maxMs: number;
}

export type GgufHeader =
  | GgufSummary
  /** Not one at all; `reason` says what it looks like. */
  | { readonly status: 'not_gguf'; readonly reason: string }
  /** A GGUF file that llama.cpp does not read either: version 1, big endian, a future version. */
  | { readonly status: 'unsupported'; readonly reason: string }
  /** Damaged, or made to hurt. */
  | { readonly status: 'invalid'; readonly reason: string }
  /** The header goes on beyond the end of the file: still being written, or cut. */
  | { readonly status: 'truncated'; readonly reason: string; readonly atLeastBytes: number };

export interface GgufSummary {
  readonly status: 'ok';
  readonly version: number;
  readonly architecture: string | undefined;
  /** Of `general.file_type`, such as `Q4_K_M`; else the type that holds most of the bytes. */
  readonly quantization: string | undefined;
  readonly parameters: number;
  readonly tensors: number;
  readonly alignment: number;
  /** Where the tensor data begin. */
  readonly dataOffset: number;
  /** What the file must hold at least, to the byte; undefined when a tensor's type is not known here. */
  readonly requiredBytes: number | undefined;
  /** The same as far as it is known: a shorter file is certainly cut. */
  readonly minimumBytes: number;
  /** Types without a known size, such as `type 43` or `Q4_2`. */
  readonly unknownTypes: readonly string[];
  /** `split.no` (from 0) and `split.count` of a file that is one of several. */
  readonly split: { readonly index: number; readonly count: number } | undefined;
}
