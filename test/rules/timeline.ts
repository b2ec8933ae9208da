/** Series over time, for stories that promtool is told. */

/** The value that a scrape finds at a time; undefined: the series is not there, or there is no scrape. */
export type Timeline = (atSeconds: number) => number | undefined;
/** By `name{labels}`, without job and instance. */
export type Series = Readonly<Record<string, Timeline>>;

export function always(value: number): Timeline {
  return () => value;
}

/** `steps([0, 1], [10, 0])`: 1, and 0 from minute 10 on. Before the first step there is no series. */
export function steps(...changes: readonly (readonly [minute: number, value: number | undefined])[]): Timeline {
  return (at) => changes.findLast(([minute]) => minute * 60 <= at)?.[1];
}

/** `value` from one minute to another, else `otherwise`. */
export function during(from: number, to: number, value: number | undefined, otherwise: number | undefined): Timeline {
  return (at) => (at >= from * 60 && at < to * 60 ? value : otherwise);
}

/** A counter that starts at `start` and goes up by one at each of these seconds. */
export function counter(atSeconds: readonly number[], start = 0): Timeline {
  return (at) => start + atSeconds.filter((each) => each <= at).length;
}

/** All series but `up` are gone, and `up` is 0: the exporter is not there. */
export function withoutExporter(series: Series, from: number, to: number): Series {
  return Object.fromEntries(
    Object.entries(series).map(([key, timeline]): [string, Timeline] => [
      key,
      (at) => (at >= from * 60 && at < to * 60 ? (key === 'up' ? 0 : undefined) : timeline(at)),
    ]),
  );
}

/** As promtool writes it: runs of equal values, `stale` where a series ends, `_` while it is not there. */
export function notation(timeline: Timeline, untilSeconds: number, stepSeconds: number): string {
  const items: string[] = [];
  let run: { value: number | undefined; length: number } | undefined;
  const close = (): void => {
    if (run === undefined) return;
    const { value, length } = run;
    if (value !== undefined) items.push(`${value}+0x${length - 1}`);
    else if (items.length === 0) items.push(`_x${length}`);
    else items.push('stale', ...(length > 1 ? [`_x${length - 1}`] : []));
  };
  for (let at = 0; at <= untilSeconds; at += stepSeconds) {
    const value = timeline(at);
    if (run !== undefined && Object.is(run.value, value)) run.length += 1;
    else {
      close();
      run = { value, length: 1 };
    }
  }
  close();
  return items.join(' ');
}
