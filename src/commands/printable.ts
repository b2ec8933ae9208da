// Controls, formats such as those that turn the direction of writing, halves of surrogate pairs, and line separators.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unprintableButNewline = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of an unknown origin for a terminal: nothing in it moves the cursor, changes colours or hides a word. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** The same for JSON, which stays the same JSON. */
export function printableJson(value: unknown, indent: number): string {
  return JSON.stringify(value, undefined, indent).replace(unprintableButNewline, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
