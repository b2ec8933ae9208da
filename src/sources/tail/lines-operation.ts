/** The lines of a log since the position that the consumer has saved; runs in the file agent, which keeps files open. */
import type { FileOperation } from '../../core/host.ts';
import { createLineSplitter } from './lines.ts';
import type { LineSplitter } from './lines.ts';
import { createResidents } from './residents.ts';
import type { TailLinesRequest, TailLinesResult } from './types.ts';

/** Longer than any line that supervisord writes of itself. */
const maxLineBytes = 65_536;

export interface LineReaders {
  read(path: string, request: TailLinesRequest): Promise<TailLinesResult>;
  /** Gives up every file that is held open. */
  close(): Promise<void>;
}

export function createLineReaders(): LineReaders {
  const residents = createResidents<LineSplitter>((position) =>
    createLineSplitter(maxLineBytes, position?.insideLine === true),
  );
  return {
    read: (path, { consumer, position, start, maxBytes, truncatedAtBytes }) =>
      residents.use(consumer, { path, position, start, truncatedAtBytes }, async ({ tail, carried }) => {
        const lines: string[] = [];
        const { end, ...look } = await tail.read(maxBytes, (chunk) => carried.push(chunk, (line) => lines.push(line)));
        const { position, ...account } = await tail.mark(carried.openLine() ?? end, carried.isSkipping());
        return { lines, position, ...look, ...account };
      }),
    close: () => residents.closeAll(),
  };
}

const readers = createLineReaders();

export const readTailLines: FileOperation<TailLinesRequest, TailLinesResult> = {
  name: 'readTailLines',
  run: (path, request) => readers.read(path, request),
};
