/** Where reading a script has got to, and the here-documents that begin at the next line. */
export interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
  hereDocuments: HereDocument[];
}

export interface HereDocument {
  readonly delimiter: string;
  /** `<<-`: tabs before the delimiter do not count. */
  readonly indented: boolean;
}

// Deeper nesting than any script has, but one that a stack bears.
const maxDepth = 100;

export function cursorAt(text: string): Cursor {
  return { text, at: 0, depth: 0, hereDocuments: [] };
}

export function startsWith({ text, at }: Cursor, wanted: string): boolean {
  return text.startsWith(wanted, at);
}

/** Matches a sticky expression at the cursor and steps over it. */
export function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match !== null) cursor.at += match[0].length;
  return match;
}

/** Steps over the bodies of the here-documents that were announced on the line that has just ended. */
export function skipHereDocuments(cursor: Cursor): void {
  for (const { delimiter, indented } of cursor.hereDocuments.splice(0)) {
    while (cursor.at < cursor.text.length) {
      const end = cursor.text.indexOf('\n', cursor.at);
      const line = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
      cursor.at = end < 0 ? cursor.text.length : end + 1;
      if ((indented ? line.replace(/^\t+/, '') : line) === delimiter) break;
    }
  }
}

/** Runs `read` one level deeper; too deep, the rest of the script is given up. */
export function nested<T>(cursor: Cursor, otherwise: T, read: () => T): T {
  if (cursor.depth >= maxDepth) {
    cursor.at = cursor.text.length;
    return otherwise;
  }
  cursor.depth += 1;
  const result = read();
  cursor.depth -= 1;
  return result;
}
