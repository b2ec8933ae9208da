import type { Environment } from '../procfs/environment.ts';
import { findModelInCommands } from './script-commands.ts';

/**
 * The model that a shell script, or a command in a supervisord stanza, passes to its server; undefined if it cannot be told.
 * Variables count as the script itself assigns them, with their defaults, and before that as the environment that it is
 * started with says, as far as that is known.
 */
export function findModelInScript(script: string, environment: Environment = {}): string | undefined {
  return findModelInCommands(script, environment) ?? findModelInText(script, environment);
}

/** Where no command is plainly given one (an array, a function, a shell in quotes) the text may still name one only. */
function findModelInText(script: string, environment: Environment): string | undefined {
  const lines = withoutComments(script);
  const { variables, own } = readAssignments(lines, environment);
  const text = lines.join('\n');
  const passed = [...text.matchAll(modelOption)].map(([, word = '']) => expandWord(word, variables));
  const assigned = [variables.get('LLAMA_ARG_MODEL'), ...modelVariables(variables, own)];
  const literal = [...new Set(text.match(literalModel) ?? [])];
  const candidates = [...passed, ...assigned, ...(literal.length === 1 ? literal : [])].filter(isPath);
  return candidates.find((path) => path.endsWith('.gguf')) ?? passed.find(isPath);
}

// A shell word: quoted, or up to white space, quotes or the end of a command.
const word = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'|(?:\\.|\$\{[^{}\n]*\}|[^\s"'();|&<>])+`;
const modelOption = new RegExp(String.raw`(?<![\w-])(?:-m|--model)(?:=|[ \t]+)(${word})`, 'g');
const assignment = new RegExp(String.raw`(?<![\w$\{"'/.-])([A-Za-z_]\w*)=(${word})?`, 'g');
const defaultAssignment = /\$\{([A-Za-z_]\w*):?=([^{}\n]*)\}/g;
// Not the end of `$DIR/a.gguf`, of `"$DIR"/a.gguf`, nor of a URL.
const literalModel = /(?<![\w})\]*:/]["']?)\/[\w./@+-]+\.gguf\b/g;

function withoutComments(script: string): string[] {
  return withoutHereDocuments(script.replaceAll('\r\n', '\n').replaceAll('\\\n', ' ').split('\n')).map((line) =>
    line.replace(/(?:^|\s)#(?!\{).*$/, ''),
  );
}

function withoutHereDocuments(lines: readonly string[]): string[] {
  const unindented = lines.map((line) => line.replace(/^\t+/, ''));
  const lastAt = new Map(unindented.map((line, index) => [line, index]));
  let delimiter: string | undefined;
  return lines.filter((line, index) => {
    if (delimiter !== undefined) {
      if (unindented[index] === delimiter) delimiter = undefined;
      return false;
    }
    const opened = /(?<!<)<<-?[ \t]*["'\\]?([A-Za-z_]\w*)/.exec(line)?.[1];
    // Without an end it is no here-document but arithmetic.
    if (opened !== undefined && (lastAt.get(opened) ?? -1) > index) delimiter = opened;
    return true;
  });
}

interface Assignments {
  readonly variables: ReadonlyMap<string, string>;
  /** Names that the script itself assigns: what else lies in the environment may be anybody's. */
  readonly own: ReadonlySet<string>;
}

function readAssignments(lines: readonly string[], environment: Environment): Assignments {
  const variables = new Map(Object.entries(environment));
  const own = new Set<string>();
  const assign = (name: string, value: string): void => {
    // Two values for one name: which of them is served, only running the script would tell.
    const isGuess = own.has(name) && variables.get(name) !== value;
    variables.set(name, isGuess ? untold : value);
    own.add(name);
  };
  for (const line of lines) {
    for (const [, name = '', value = ''] of line.matchAll(assignment)) {
      assign(name, expandWord(value, variables));
    }
    for (const [, name = '', value = ''] of line.matchAll(defaultAssignment)) {
      if (!variables.has(name)) variables.set(name, expandWord(value, variables));
      own.add(name);
    }
  }
  return { variables, own };
}

function modelVariables(variables: ReadonlyMap<string, string>, own: ReadonlySet<string>): string[] {
  return [...variables].filter(([name]) => /model/i.test(name) && own.has(name)).map(([, value]) => value);
}

/** Takes quotes away and puts variables in; what is not known stays, and then the word is no path. */
function expandWord(quoted: string, variables: ReadonlyMap<string, string>): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  const text = quoted.startsWith('"') ? quoted.slice(1, -1) : quoted;
  let expanded = text;
  // Defaults may hold variables themselves; a few rounds are more than any script needs.
  for (let round = 0; round < 4; round += 1) {
    expanded = expanded.replaceAll(reference, (whole, plain?: string, braced?: string, fallback?: string) => {
      return variables.get(plain ?? braced ?? '') ?? fallback ?? whole;
    });
  }
  return expanded.replaceAll(/\\(.)/g, '$1');
}

// No path, and nothing that is put together with it is one.
const untold = '$';

// $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:=default}, ${NAME=default}
const reference = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-=]([^{}]*))?\})/g;

function isPath(text: string | undefined): text is string {
  return text !== undefined && text.startsWith('/') && !/[$`*?\n]/.test(text);
}
