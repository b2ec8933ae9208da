import type { WriteStream } from 'node:tty';

/** Where reports go. */
export interface Screen {
  readonly inPlace: boolean;
  /** Resolves when it is written; rejects where it cannot be, as where its reader has gone. */
  show(text: string): Promise<void>;
}

const home = '\u001B[H';
const clearAll = `\u001B[2J${home}`;
const clearRest = '\u001B[J';
const clearToEndOfLine = '\u001B[K';

/** `inPlace`: each report takes the place of the one before. */
export function createScreen(stream: NodeJS.WriteStream | WriteStream, inPlace: boolean): Screen {
  let isFirst = true;

  return {
    inPlace,
    show(text) {
      const start = isFirst ? clearAll : home;
      isFirst = false;
      // Written over, not cleared first: that would flicker.
      const shown = inPlace ? `${start}${text.replaceAll('\n', `${clearToEndOfLine}\n`)}${clearRest}` : text;
      return new Promise((resolve, reject) => {
        stream.write(shown, (error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** Characters in a line of a terminal; undefined where the stream is none. */
export function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  // A terminal that nobody gave a size says 0.
  return stream.isTTY ? stream.columns || 80 : undefined;
}
