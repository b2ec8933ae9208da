/** A part of a whole as a bar: positions and widths in percent. */
export interface Bar {
  readonly parts: readonly BarPart[];
}

export interface BarPart {
  /** Which colour: `used`, `good`, `bad`, or one of `owner-0` … `owner-5`. */
  readonly kind: string;
  readonly x: number;
  readonly width: number;
}

/** Parts from left to right; what does not fit in the whole is cut off. */
export function barOf(total: number, parts: readonly { readonly kind: string; readonly value: number }[]): Bar {
  let at = 0;
  const placed = parts.map(({ kind, value }) => {
    const x = at;
    at = Math.min(100, at + percent(value, total));
    return { kind, x: round(x), width: round(at - x) };
  });
  return { parts: placed.filter(({ width }) => width > 0) };
}

/** 0 to 100; of nothing 0. */
export function percent(value: number, total: number): number {
  return total > 0 ? Math.min(100, Math.max(0, (100 * value) / total)) : 0;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
