import { readTokens } from './lexer.ts';
import { literal } from './words.ts';
import type { Separator, Word } from './words.ts';

export interface Assignment {
  readonly name: string;
  /** `NAME+=word` */
  readonly append: boolean;
  readonly word: Word;
}

/** A simple command of a script. */
export interface Command {
  /** Before the command, or the arguments of `export`, `readonly`, `declare`, `env` and their kin. */
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  /** It runs only if something else says so: within if, a loop, a case or a function, or after `&&` or `||`. */
  readonly conditional: boolean;
}

/** The simple commands of a script of sh or bash, in the order in which they stand. */
export function readCommands(script: string): Command[] {
  const commands: Command[] = [];
  let depth = 0;
  let parentheses = 0;
  let words: Word[] = [];
  let before: Separator = ';';
  const finish = (): void => {
    const [keywords, rest] = splitKeywords(words);
    for (const keyword of keywords) if (closers.has(keyword)) depth = Math.max(0, depth - 1);
    const conditional =
      depth + parentheses > 0 || keywords.some((each) => openers.has(each)) || before === '&&' || before === '||';
    if (rest.length > 0) commands.push({ ...splitAssignments(rest), conditional });
    for (const keyword of keywords) if (openers.has(keyword)) depth += 1;
    if (literal(rest[0] ?? []) === 'function' && literal(rest.at(-1) ?? []) === '{') depth += 1;
    words = [];
  };
  for (const token of readTokens(script)) {
    if (token.kind === 'word') {
      words.push(token.word);
      continue;
    }
    finish();
    before = token.text;
    if (token.text === '(') parentheses += 1;
    // The one after a pattern of a case has no opening.
    if (token.text === ')') parentheses = Math.max(0, parentheses - 1);
  }
  finish();
  return commands;
}

const openers: ReadonlySet<string> = new Set(['if', 'for', 'select', 'while', 'until', 'case', '{']);
const closers: ReadonlySet<string> = new Set(['fi', 'done', 'esac', '}']);
const others: ReadonlySet<string> = new Set(['then', 'elif', 'else', 'do', '!', 'time']);

/** Reserved words stand before commands: `then X=1`, `{ X=1`. */
function splitKeywords(words: readonly Word[]): [string[], readonly Word[]] {
  const count = words.findIndex((word) => !isKeyword(word));
  const end = count < 0 ? words.length : count;
  return [words.slice(0, end).map((word) => literal(word) ?? ''), words.slice(end)];
}

function isKeyword(word: Word): boolean {
  const text = word.some((part) => part.kind === 'text' && part.quoted) ? undefined : literal(word);
  return text !== undefined && (openers.has(text) || closers.has(text) || others.has(text));
}

const declaring: ReadonlySet<string> = new Set(['export', 'readonly', 'declare', 'typeset', 'local', 'env']);

function splitAssignments(words: readonly Word[]): Pick<Command, 'assignments' | 'words'> {
  const assignments: Assignment[] = [];
  let index = 0;
  for (; index < words.length; index += 1) {
    const found = assignmentOf(words[index] ?? []);
    if (found === undefined) break;
    assignments.push(found);
  }
  const rest = words.slice(index);
  if (declaring.has(literal(rest[0] ?? []) ?? '')) {
    for (const word of rest.slice(1)) {
      const found = assignmentOf(word);
      if (found !== undefined) assignments.push(found);
    }
  }
  return { assignments, words: rest };
}

function assignmentOf([first, ...more]: Word): Assignment | undefined {
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const match = /^([A-Za-z_]\w*)(\+?)=([^]*)$/.exec(first.text);
  if (match === null) return undefined;
  const [, name = '', plus, text = ''] = match;
  return { name, append: plus === '+', word: [{ kind: 'text', text, quoted: false }, ...more] };
}
