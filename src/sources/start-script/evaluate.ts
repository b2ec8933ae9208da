import { readCommands } from './commands.ts';
import type { Command } from './commands.ts';
import { literal } from './words.ts';
import type { Word } from './words.ts';

/** Values by name; undefined where a variable is set to something that only running the script would tell. */
export type Variables = ReadonlyMap<string, string | undefined>;

/** A command with its words as they would be; undefined where only running the script would tell. */
export interface EvaluatedCommand {
  readonly words: readonly (string | undefined)[];
  readonly conditional: boolean;
}

export interface Evaluation {
  readonly variables: Variables;
  /** What stands in for variables that are used as `${NAME:-word}` and never set, as far as all such places agree. */
  readonly defaults: Variables;
  readonly commands: readonly EvaluatedCommand[];
}

// `X=$X$X` forty times over would fill any memory.
const maxValueLength = 64 * 1024;

/** What a script is started with, as far as that is known. */
export interface StartEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** Variables that are certainly not set if they have no value here. */
  readonly complete: readonly string[];
}

/**
 * Follows a script's assignments from the environment it is started with (positional parameters by their number), without
 * running anything. What is assigned conditionally counts only where nothing else sets the variable, and only if all such
 * assignments agree: scripts set defaults that way.
 */
export function evaluateScript(
  script: string,
  { values, complete }: StartEnvironment = { values: {}, complete: [] },
): Evaluation {
  const variables = new Map<string, string | undefined>(Object.entries(values));
  const certain = new Set(complete);
  /** Variables that only conditional assignments have set. */
  const guessed = new Set<string>();
  const defaults = new Map<string, string | undefined>();
  const commands: EvaluatedCommand[] = [];

  function assign(name: string, value: string | undefined, conditional: boolean): void {
    if (!conditional) guessed.delete(name);
    else if (!variables.has(name)) guessed.add(name);
    else if (!guessed.has(name)) return;
    else if (variables.get(name) !== value) {
      variables.set(name, undefined);
      return;
    }
    variables.set(name, value);
  }

  function expand(word: Word, conditional: boolean): string | undefined {
    let text: string | undefined = '';
    for (const part of word) {
      const next =
        part.kind === 'text' ? part.text : part.kind === 'unknown' ? look(part) : parameter(part, conditional);
      text = text === undefined || next === undefined ? undefined : text + next;
    }
    return text === undefined || text.length > maxValueLength ? undefined : text;
  }

  /** Of what runs in a shell of its own only the defaults that it uses are of interest. */
  function look({ within = [] }: Extract<Word[number], { kind: 'unknown' }>): undefined {
    for (const part of within) {
      if (part.kind === 'unknown') look(part);
      else if (part.kind === 'parameter' && part.operator.endsWith('-')) parameter(part, true);
    }
  }

  function parameter(
    { name, operator, word }: Extract<Word[number], { kind: 'parameter' }>,
    conditional: boolean,
  ): string | undefined {
    const value = variables.get(name);
    const isSet = variables.has(name) && !(operator.startsWith(':') && value === '');
    if (operator.endsWith('+')) return isSet ? expand(word, conditional) : '';
    if (isSet) return value;
    if (operator === 'plain') return certain.has(name) ? '' : undefined;
    const fallback = expand(word, conditional);
    if (operator.endsWith('=')) assign(name, fallback, conditional);
    if (operator.endsWith('-')) {
      const agreed = !defaults.has(name) || defaults.get(name) === fallback;
      defaults.set(name, agreed ? fallback : undefined);
    }
    return operator.endsWith('?') ? undefined : fallback;
  }

  function run({ assignments, words, conditional }: Command): void {
    for (const { name, append, word } of assignments) {
      const value = expand(word, conditional);
      const before = append ? (variables.get(name) ?? (variables.has(name) ? undefined : '')) : '';
      assign(name, before === undefined || value === undefined ? undefined : before + value, conditional);
    }
    const expanded = words.map((word) => expand(word, conditional));
    const command = literal(words[0] ?? []);
    if (command === 'read')
      for (const name of expanded.slice(1)) if (name !== undefined) assign(name, undefined, conditional);
    if (command === 'unset' && !conditional) for (const name of expanded.slice(1)) variables.delete(name ?? '');
    if (words.length > 0) commands.push({ words: expanded, conditional });
  }

  for (const command of readCommands(script)) run(command);
  return { variables, defaults, commands };
}
