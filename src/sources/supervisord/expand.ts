/** Values for `%(name)s`; numbers also for `%(name)d`. */
export type Expansions = ReadonlyMap<string, string | number>;

/**
 * Expands Python's `%(name)s` formats as supervisord does. What cannot be expanded stays as it is written, and its name is
 * passed to `onMissing`.
 */
export function expand(text: string, expansions: Expansions, onMissing: (name: string) => void): string {
  return text.replace(format, (whole, name: string | undefined, flags: string, width: string, type: string) => {
    if (name === undefined) return type === '%' ? '%' : whole;
    const value = expansions.get(name);
    if (value === undefined) {
      onMissing(name);
      return whole;
    }
    return pad(type === 's' ? String(value) : String(Math.trunc(Number(value))), flags, Number(width));
  });
}

// https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting, as far as configurations use it.
const format = /%(?:\(([^)]*)\))?([-0 +#]*)(\d{0,3})([sdiu%])/g;

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, flags.includes('0') ? '0' : ' ');
}
