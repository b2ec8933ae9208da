import { cursorAt, nested, skipHereDocuments, startsWith, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { literal } from './words.ts';
import type { Operator, Part, Separator, Token, Word } from './words.ts';

/** Splits a script of sh or bash into words and separators. Redirections, comments and here-documents fall away. */
export function readTokens(script: string): Token[] {
  return readUntil(cursorAt(script.replaceAll('\r\n', '\n')), undefined);
}

const unknown: Part = { kind: 'unknown' };

function readUntil(cursor: Cursor, end: ')' | undefined): Token[] {
  const tokens: Token[] = [];
  let open = 0;
  while (cursor.at < cursor.text.length) {
    if (take(cursor, /(?:[ \t\r\f\v]|\\\n)+|#[^\n]*/y)) continue;
    if (take(cursor, /\n/y)) {
      tokens.push({ kind: 'separator', text: ';' });
      skipHereDocuments(cursor);
      continue;
    }
    if (startsWith(cursor, '((')) {
      tokens.push({ kind: 'word', word: [skipArithmetic(cursor, 2)] });
      continue;
    }
    const redirected = readRedirection(cursor);
    if (redirected !== undefined) {
      tokens.push(...redirected);
      continue;
    }
    const operator = take(cursor, /;;?&?|&&?|\|\|?|[()]/y)?.[0];
    if (operator === ')' && open === 0 && end !== undefined) return tokens;
    if (operator === '(') open += 1;
    if (operator === ')') open = Math.max(0, open - 1);
    if (operator === undefined) tokens.push({ kind: 'word', word: readWord(cursor) });
    else tokens.push({ kind: 'separator', text: separators[operator] ?? ';' });
  }
  return tokens;
}

const separators: Readonly<Record<string, Separator>> = {
  ';;': ';;',
  ';;&': ';;',
  '&': '&',
  '&&': '&&',
  '|': '|',
  '||': '||',
  '(': '(',
  ')': ')',
};

/** `>file`, `2>&1`, `<<EOF`, `<<<word`, `&>file`; of `<(command)` a word is left. Undefined: there is none here. */
function readRedirection(cursor: Cursor): Token[] | undefined {
  const match = take(cursor, /\d*(<<<|<<-?|<>|[<>]&|>>|>\||<\(|>\(|<|>)|(&>>?)/y);
  if (match === null) return undefined;
  const operator = match[1] ?? match[2];
  if (operator === '<(' || operator === '>(') return [{ kind: 'word', word: [skipCommands(cursor)] }];
  take(cursor, /[ \t]+/y);
  const target = readWord(cursor);
  const delimiter = operator === '<<' || operator === '<<-' ? literal(target) : undefined;
  if (delimiter !== undefined) cursor.hereDocuments.push({ delimiter, indented: operator === '<<-' });
  return [];
}

/** Reads a word up to a blank or an operator. */
function readWord(cursor: Cursor): Word {
  const parts: Part[] = [];
  while (cursor.at < cursor.text.length) {
    if (startsWith(cursor, '(') && /^[A-Za-z_]\w*\+?=$/.test(literal(parts) ?? '')) {
      // NAME=( … ): an array.
      cursor.at += 1;
      parts.push(skipCommands(cursor));
    }
    if (/[ \t\n\r\f\v;&|()<>]/.test(cursor.text.charAt(cursor.at))) break;
    parts.push(...readParts(cursor, /[^ \t\n\r\f\v;&|()<>"'\\$`]+/y));
  }
  return parts;
}

function readParts(cursor: Cursor, plainText: RegExp): readonly Part[] {
  const plain = take(cursor, plainText);
  if (plain !== null) return [{ kind: 'text', text: plain[0], quoted: false }];
  const single = take(cursor, /'([^']*)'?/y);
  if (single !== null) return [{ kind: 'text', text: single[1] ?? '', quoted: true }];
  if (startsWith(cursor, '"')) return readDoubleQuoted(cursor);
  const escaped = take(cursor, /\\([^]?)/y)?.[1];
  if (escaped === undefined) return [readExpansion(cursor, false)];
  // A backslash at the end of a line joins it with the next.
  return [{ kind: 'text', text: escaped === '\n' ? '' : escaped, quoted: true }];
}

function readDoubleQuoted(cursor: Cursor): Part[] {
  const parts: Part[] = [{ kind: 'text', text: '', quoted: true }];
  cursor.at += 1;
  while (cursor.at < cursor.text.length && !startsWith(cursor, '"')) parts.push(readQuotedPart(cursor, /[^"\\$`]+/y));
  cursor.at += 1;
  return parts;
}

// Within double quotes a backslash is itself before most characters, and single quotes always are.
function readQuotedPart(cursor: Cursor, plainText: RegExp): Part {
  const plain = take(cursor, plainText)?.[0] ?? take(cursor, /\\[^"\\$`\n]/y)?.[0];
  const escaped = plain ?? take(cursor, /\\([^]?)/y)?.[1];
  if (escaped === undefined) return readExpansion(cursor, true);
  return { kind: 'text', text: escaped === '\n' ? '' : escaped, quoted: true };
}

/** Reads what begins with `$` or a backquote. A `$` that begins nothing is itself. */
function readExpansion(cursor: Cursor, inQuotes: boolean): Part {
  const backquoted = take(cursor, /`((?:[^`\\]|\\[^])*)`?/y)?.[1];
  if (backquoted !== undefined) return nested(cursor, unknown, () => commandsIn(backquoted, cursor.depth));
  if (startsWith(cursor, '$((')) return skipArithmetic(cursor, 3);
  if (take(cursor, /\$\(/y)) return skipCommands(cursor);
  if (startsWith(cursor, '${')) return nested(cursor, unknown, () => readBraced(cursor, inQuotes));
  const plain = take(cursor, /\$([A-Za-z_]\w*|\d)/y)?.[1];
  if (plain !== undefined) return { kind: 'parameter', name: plain, operator: 'plain', word: [] };
  // Special parameters, and $'…' with its escapes.
  if (take(cursor, /\$(?:[@*#?$!-]|'(?:[^'\\]|\\[^])*'?)/y)) return unknown;
  cursor.at += 1;
  return { kind: 'text', text: '$', quoted: false };
}

function readBraced(cursor: Cursor, inQuotes: boolean): Part {
  const opening = take(cursor, /\$\{([A-Za-z_]\w*|\d+)(:?[-=?+]|\})/y);
  const [, name, operator] = opening ?? [];
  if (name === undefined || operator === undefined) return skipBraced(cursor);
  if (operator === '}') return { kind: 'parameter', name, operator: 'plain', word: [] };
  const word: Part[] = [];
  while (cursor.at < cursor.text.length && !take(cursor, /\}/y)) {
    if (inQuotes && !startsWith(cursor, '"')) word.push(readQuotedPart(cursor, /[^}"\\$`]+/y));
    else word.push(...readParts(cursor, /[^}"'\\$`]+/y));
  }
  return { kind: 'parameter', name, operator: operator as Operator, word };
}

// ${#NAME}, ${NAME%…}, ${NAME[0]} and the like.
function skipBraced(cursor: Cursor): Part {
  cursor.at += 2;
  while (cursor.at < cursor.text.length && !take(cursor, /\}/y)) readParts(cursor, /[^}"'\\$`]+/y);
  return unknown;
}

function skipCommands(cursor: Cursor): Part {
  const tokens = nested(cursor, [], () => readUntil(cursor, ')'));
  return { kind: 'unknown', within: tokens.flatMap((token) => (token.kind === 'word' ? token.word : [])) };
}

/** Between backquotes those of the commands within are escaped, and so are other signs of the shell. */
function commandsIn(text: string, depth: number): Part {
  const within = { ...cursorAt(text.replaceAll(/\\([`$\\])/g, '$1')), depth };
  return skipCommands(within);
}

function skipArithmetic(cursor: Cursor, openerLength: number): Part {
  const within: Part[] = [];
  cursor.at += openerLength;
  for (let open = 2; open > 0 && cursor.at < cursor.text.length;) {
    const character = cursor.text[cursor.at];
    if (character === '$') {
      within.push(nested(cursor, unknown, () => readExpansion(cursor, true)));
      continue;
    }
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    cursor.at += 1;
  }
  return { kind: 'unknown', within };
}
