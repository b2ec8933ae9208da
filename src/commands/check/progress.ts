import { printable } from '../printable.ts';

/** What is waited for, on one line of the terminal that is written over. */
export interface Progress {
  readonly waiting: (names: readonly string[]) => void;
  /** A line that stays. */
  readonly tell: (line: string) => void;
  readonly clear: () => void;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Undefined: no terminal. */
  readonly columns: number | undefined;
}

const clearLine = '\r\u001B[K';

export function createProgress({ write, columns }: ProgressOptions): Progress {
  let shown = '';

  function clear(): void {
    if (shown !== '') write(clearLine);
    shown = '';
  }

  return {
    waiting(names) {
      const text = printable(`waiting for: ${names.join(', ')}`);
      if (columns === undefined || text === shown) return;
      // A line that wraps could not be written over.
      write(`${clearLine}${text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`}`);
      shown = text;
    },
    tell(line) {
      clear();
      write(`gpunode-exporter: ${line}\n`);
    },
    clear,
  };
}
