/** What a rotation-safe reader says; see `reader.ts` for how it follows a file. */

/**
 * Where reading stopped, and enough of the file's identity to find it again under another name. Plain JSON, to be saved
 * and handed back as it is (`parseTailPosition` checks what comes back from a disk).
 */
export interface TailPosition {
  readonly path: string;
  readonly device: string;
  /** Empty: nothing was at the path yet; whatever appears is read from its first byte. */
  readonly inode: string;
  /** Birth time in milliseconds where the file system has one: inode numbers are used again. */
  readonly birthMs: number | undefined;
  /** Hash of the first bytes: a truncated file that grew past the offset keeps inode and birth time. */
  readonly fingerprint: { readonly bytes: number; readonly sha1: string };
  /** Bytes of this file that were consumed: always the beginning of a line (or of an event that is still open). */
  readonly offset: number;
  /** Hash of the bytes just before the offset: tells apart files that begin alike. */
  readonly anchor?: { readonly bytes: number; readonly sha1: string };
  /** Size the file was last seen to have: what is known to be lost if it is never found again. */
  readonly seenBytes?: number;
  /** Its time of last writing then: generations that are younger were not read yet. Unix time in milliseconds. */
  readonly writtenMs?: number;
  /** Counts the replies that delivered something: that one got lost is noticed even if the offset stayed where it was. */
  readonly turn?: number;
  /** The offset is inside an over-long line whose beginning was delivered: its rest, up to the newline, is skipped. */
  readonly insideLine?: true;
}

export interface TailRotations {
  readonly renamed: number;
  readonly truncated: number;
}

/** Why a log cannot be read now. */
export type Unreadable = 'missing' | 'denied' | 'not_a_file' | 'error';

export interface TailLinesRequest {
  /** Whom this reader belongs to: two consumers of one file do not share a reader. */
  readonly consumer: string;
  /** Up to where the consumer has saved what it read; absent at the very first start. */
  readonly position?: TailPosition;
  /** Without a position: where to begin. */
  readonly start: 'beginning' | 'end';
  /** At most so many bytes are read in one call. */
  readonly maxBytes: number;
  /** Size at which the writer itself empties the file in place (supervisord with backups=0), where that is known. */
  readonly truncatedAtBytes?: number;
}

export interface TailLinesResult {
  /** Complete lines without their newline, in order. */
  readonly lines: readonly string[];
  /** Acknowledge everything in this reply by passing this in the next request. */
  readonly position: TailPosition | undefined;
  readonly readBytes: number;
  /** Bytes known to have existed that can no longer be read. */
  readonly lostBytes: number;
  /** Bytes written but not yet read. */
  readonly lagBytes: number;
  /** Read up to the end of what is there now (a partial last line is kept back). */
  readonly atEnd: boolean;
  readonly rotations: TailRotations;
  /** Why the file cannot be read now; older data may still have been delivered. */
  readonly unreadable: Unreadable | undefined;
}
