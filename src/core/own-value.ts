/** What a record that came as JSON holds under a name from outside, be it one that every object answers to (`constructor`). */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
