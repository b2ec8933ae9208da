/** Reads an exposition the way a test wants it: a number by its series. */

export interface Scrape {
  /** Value of the series with exactly these labels, in any order; undefined if it is absent. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** All series of a name, as `{label="x",…}` in the order of the text → value. */
  series(name: string): ReadonlyMap<string, number>;
  readonly text: string;
}

export function parseExposition(text: string): Scrape {
  const byKey = new Map<string, number>();
  const byName = new Map<string, Map<string, number>>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line);
    const name = match?.[1];
    if (match === null || name === undefined) continue;
    const labels = match[2] ?? '';
    const value = Number(match[3]);
    byKey.set(keyOf(name, parseLabels(labels)), value);
    const family = byName.get(name) ?? new Map<string, number>();
    byName.set(name, family.set(labels, value));
  }
  return {
    value: (name, labels = {}) => byKey.get(keyOf(name, labels)),
    series: (name) => byName.get(name) ?? new Map(),
    text,
  };
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name} ${JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
}

function parseLabels(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, unescape(value)]));
}

function unescape(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
