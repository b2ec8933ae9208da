/** A consumer as the collectors are: it keeps what it has saved, and may be killed or lose replies at any moment. */
import { createLineReaders } from '../../../src/sources/tail/lines-operation.ts';
import type { TailLinesRequest, TailLinesResult, TailPosition } from '../../../src/sources/tail/types.ts';

export interface Consumer {
  readonly lines: string[];
  readonly readBytes: number;
  readonly lostBytes: number;
  readonly renamed: number;
  readonly truncated: number;
  readonly position: TailPosition | undefined;
  /** One look, saved. */
  look(more?: Partial<TailLinesRequest>): Promise<TailLinesResult>;
  /** A look whose reply gets lost. */
  lookInVain(more?: Partial<TailLinesRequest>): Promise<void>;
  /** Looks until everything is read. */
  catchUp(more?: Partial<TailLinesRequest>): Promise<TailLinesResult>;
  /** The reader's process dies, and starts again with the next look. */
  kill(): Promise<void>;
}

export function createConsumer(path: string, base: Partial<TailLinesRequest> = {}, resumeAt?: TailPosition): Consumer {
  const saved = { lines: [] as string[], readBytes: 0, lostBytes: 0, renamed: 0, truncated: 0 };
  const readers = createLineReaders();
  let position = resumeAt;

  function request(more: Partial<TailLinesRequest>): Promise<TailLinesResult> {
    const all = { consumer: 'test', start: 'beginning' as const, maxBytes: 1_000_000, ...base, ...more };
    return readers.read(path, JSON.parse(JSON.stringify({ ...all, position })) as TailLinesRequest);
  }

  async function look(more: Partial<TailLinesRequest> = {}): Promise<TailLinesResult> {
    const reply = await request(more);
    saved.lines.push(...reply.lines);
    saved.readBytes += reply.readBytes;
    saved.lostBytes += reply.lostBytes;
    saved.renamed += reply.rotations.renamed;
    saved.truncated += reply.rotations.truncated;
    position = reply.position;
    return reply;
  }

  return {
    lines: saved.lines,
    get readBytes() {
      return saved.readBytes;
    },
    get lostBytes() {
      return saved.lostBytes;
    },
    get renamed() {
      return saved.renamed;
    },
    get truncated() {
      return saved.truncated;
    },
    get position() {
      return position;
    },
    look,
    async lookInVain(more = {}) {
      await request(more);
    },
    async catchUp(more = {}) {
      for (let looks = 0; looks < 10_000; looks += 1) {
        const reply = await look(more);
        if (reply.atEnd) return reply;
      }
      throw new Error('never at the end');
    },
    kill: () => readers.close(),
  };
}
