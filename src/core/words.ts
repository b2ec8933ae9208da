/** Numbers for people, in the form that Prometheus' humanizeDuration gives the alerts: `6.9s`, `7m 0s`, `2h 5m`, `3d 4h`. */
export function durationInWords(seconds: number): string {
  const positive = Math.max(0, seconds);
  if (positive < 9.95) return `${Number(positive.toFixed(1))}s`;
  const whole = Math.round(positive);
  if (whole < 60) return `${whole}s`;
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  return hours > 0 ? `${hours}h ${minutes}m` : `${minutes}m ${whole % 60}s`;
}

/** `6.9s ago`, `7m 0s ago`; both in Unix milliseconds. */
export function agoInWords(atMs: number, nowMs: number): string {
  return `${durationInWords((nowMs - atMs) / 1000)} ago`;
}

const units = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

/** `4.58 GiB`. */
export function bytesInWords(bytes: number): string {
  const [name, size] = units.find(([, each]) => bytes >= each) ?? ['B', 1];
  return size === 1
    ? `${bytes} B`
    : `${(bytes / size).toFixed(bytes >= size * 100 ? 0 : bytes >= size * 10 ? 1 : 2)} ${name}`;
}

/** `1 restart`, `3 restarts`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** A word of a command line that a person may paste. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
