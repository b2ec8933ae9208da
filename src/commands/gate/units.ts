/** For people: `12.3 s`, `4 min 5 s`. */
export function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  if (whole < 10) return `${(ms / 1000).toFixed(1)} s`;
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export interface Unit {
  readonly name: string;
  readonly bytes: number;
}

/** The largest unit that leaves at least one whole. */
export function unitOf(bytes: number): Unit {
  return units.find((unit) => bytes >= unit.bytes) ?? { name: 'B', bytes: 1 };
}

const units: readonly Unit[] = [
  { name: 'GB', bytes: 1e9 },
  { name: 'MB', bytes: 1e6 },
  { name: 'kB', bytes: 1e3 },
];

export function inUnit(bytes: number, unit: Unit): string {
  return (bytes / unit.bytes).toFixed(unit.bytes === 1 ? 0 : 2);
}
