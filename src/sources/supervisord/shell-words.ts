/** The first word of a command as Python's shlex.split sees it; undefined for none, or where a quote is not closed. */
export function firstWord(command: string): string | undefined {
  const text = command.trimStart();
  let word: string | undefined;
  let end = 0;
  for (let match = pieceAt(text, end); match !== null; match = pieceAt(text, end)) {
    const [piece, single, double, escaped, plain] = match;
    // Inside double quotes a backslash is itself before anything but a quote or another one.
    word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    end += piece.length;
  }
  return end === text.length || /\s/.test(text.charAt(end)) ? word : undefined;
}

function pieceAt(text: string, index: number): RegExpExecArray | null {
  const piece = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;
  piece.lastIndex = index;
  return piece.exec(text);
}
