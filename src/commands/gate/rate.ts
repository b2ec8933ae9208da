export interface Rate {
  add(ms: number, bytes: number): void;
  /** Undefined while nothing grows. */
  bytesPerSecond(): number | undefined;
}

const rateWindowMs = 10_000;

/** The rate of a name, begun anew for a new one. */
export function rateOf(rates: Map<string, Rate>, name: string): Rate {
  const known = rates.get(name) ?? createRate();
  rates.set(name, known);
  return known;
}

function createRate(): Rate {
  let points: (readonly [ms: number, bytes: number])[] = [];
  return {
    add(ms, bytes) {
      const shrunk = bytes < (points.at(-1)?.[1] ?? 0);
      points = [...(shrunk ? [] : points.filter(([at]) => at >= ms - rateWindowMs)), [ms, bytes]];
    },
    bytesPerSecond() {
      const [firstMs = 0, firstBytes = 0] = points[0] ?? [];
      const [lastMs = 0, lastBytes = 0] = points.at(-1) ?? [];
      return lastBytes > firstBytes ? ((lastBytes - firstBytes) / (lastMs - firstMs)) * 1000 : undefined;
    },
  };
}
