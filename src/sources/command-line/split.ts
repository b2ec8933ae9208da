/** Splits a command into words as Python's shlex.split does, which supervisord uses; undefined where a quote is not closed. */
export function splitCommand(command: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < command.length) {
    piece.lastIndex = at;
    const match = piece.exec(command);
    if (match === null) return undefined;
    const [whole, blank, single, double, escaped, plain] = match;
    at += whole.length;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      // Within double quotes a backslash is itself before anything but a quote or another one.
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    }
  }
  return word === undefined ? words : [...words, word];
}

const piece = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\r\n'"\\]+)/y;
