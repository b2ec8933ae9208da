/** What a shell word is made of, before anything is expanded. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'parameter'; readonly name: string; readonly operator: Operator; readonly word: Word }
  /** Command substitutions, arithmetic and all expansions that are not followed: the value is not known. */
  | { readonly kind: 'unknown'; readonly within?: readonly Part[] };

export type Word = readonly Part[];

/** Of `${NAME-word}` and its kin; with a colon an empty value counts as none. `plain` is `$NAME`. */
export type Operator = 'plain' | ':-' | '-' | ':=' | '=' | ':?' | '?' | ':+' | '+';

/** A word, or what stands between commands: `;` for a line's end too. */
export type Token =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'separator'; readonly text: Separator };

export type Separator = ';' | ';;' | '&' | '&&' | '|' | '||' | '(' | ')';

/** The text of a word without expansions; undefined for others. */
export function literal(word: Word): string | undefined {
  let text = '';
  for (const part of word) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
