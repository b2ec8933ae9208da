/** The user's own classes: patterns in RE2 syntax, which take linear time whatever they are. */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export interface UserClass {
  readonly name: string;
  readonly pattern: string;
}

/** The first class in order that a line meets. */
export type UserMatcher = (line: string) => string | undefined;

const maxLineLength = 4096;

/** Throws an Error that says what is wrong with a pattern and where. */
export function createUserMatcher(classes: readonly UserClass[]): UserMatcher {
  const compiled = classes.map(({ name, pattern }) => ({ name, pattern: compilePattern(pattern) }));
  return (line) => {
    const beginning = line.length > maxLineLength ? line.slice(0, maxLineLength) : line;
    return compiled.find(({ pattern }) => pattern.test(beginning))?.name;
  };
}

export function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const piece = error.getPattern() ?? '';
    const at = pattern.indexOf(piece);
    const where = piece === '' || at < 0 ? '' : ` at character ${at + 1}: ${piece}`;
    throw new Error(`not a pattern in RE2 syntax: ${error.getDescription()}${where}`, { cause: error });
  }
}
