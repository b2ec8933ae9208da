import { SourceError } from '../../core/contract.ts';
import { invalid, truncated } from './problems.ts';
import type { ByteSource, GgufLimits } from './types.ts';

// One window serves a whole header: large enough that a vocabulary of megabytes takes few reads.
const windowBytes = 512 * 1024;

/**
 * Walks forward through a file in one window. `need` brings bytes into it; the other readers are synchronous, so that a
 * vocabulary of 300,000 strings does not cost 300,000 promises. Throws `HeaderProblem` at the end of the file and when a
 * limit of size is reached, `SourceError` (timeout) when it takes too long.
 */
export class Cursor {
  readonly #source: ByteSource;
  readonly #limits: GgufLimits;
  readonly #deadlineMs: number;
  readonly #window: Buffer;
  /** Of the window's first byte, in the file. */
  #start = 0;
  #length = 0;
  /** In the window; may lie behind its end after a skip. */
  #at = 0;
  #readBytes = 0;

  constructor(source: ByteSource, limits: GgufLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#window = Buffer.allocUnsafe(Math.min(windowBytes, source.sizeBytes));
    this.#deadlineMs = performance.now() + limits.maxMs;
  }

  /** Position in the file. */
  get position(): number {
    return this.#start + this.#at;
  }

  /** Bytes of the file that follow. */
  get remaining(): number {
    return this.#source.sizeBytes - this.position;
  }

  /** Whether so many bytes can be read without `need`. */
  has(bytes: number): boolean {
    return this.#at + bytes <= this.#length;
  }

  /** Makes the next bytes, at most a window's worth, readable. */
  async need(bytes: number): Promise<void> {
    if (this.has(bytes)) return;
    const position = this.position;
    if (position + bytes > this.#source.sizeBytes) throw truncated(position + bytes);
    this.#checkLimits();
    this.#length = await this.#source.read(this.#window, position);
    this.#readBytes += this.#length;
    this.#start = position;
    this.#at = 0;
    // The file became shorter under our hands.
    if (!this.has(bytes)) throw truncated(position + bytes);
  }

  skip(bytes: number): void {
    if (bytes > this.remaining) throw truncated(this.position + bytes);
    this.#at += bytes;
  }

  u8(): number {
    return this.#window.readUInt8(this.#advance(1));
  }

  u16(): number {
    return this.#window.readUInt16LE(this.#advance(2));
  }

  u32(): number {
    return this.#window.readUInt32LE(this.#advance(4));
  }

  /** An unsigned 64-bit number; refuses what a JavaScript number cannot hold exactly. */
  u64(what: string): number {
    const at = this.#advance(8);
    const high = this.#window.readUInt32LE(at + 4);
    if (high > 0x1f_ffff) throw invalid(`${what} is impossibly large`);
    return high * 0x1_0000_0000 + this.#window.readUInt32LE(at);
  }

  text(bytes: number): string {
    const at = this.#advance(bytes);
    return this.#window.toString('utf8', at, at + bytes);
  }

  #advance(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  #checkLimits(): void {
    if (this.#readBytes > this.#limits.maxReadBytes) {
      throw invalid(`the header is longer than ${this.#limits.maxReadBytes} bytes`);
    }
    if (performance.now() > this.#deadlineMs) {
      // That says something of the disk, not of the file.
      throw new SourceError('timeout', `the header cannot be read within ${this.#limits.maxMs} ms`);
    }
  }
}
