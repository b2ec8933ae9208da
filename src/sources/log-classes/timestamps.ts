/** Times as programs write them at the beginning of a record. */

export interface Stamp {
  /** Unix time in milliseconds; undefined for a time since start or boot. */
  readonly atMs: number | undefined;
  /** Characters that the time takes. */
  readonly length: number;
}

type Reader = (match: RegExpExecArray, nowMs: number) => number | undefined;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayMs = 86_400_000;

// Sticky, tried in order. Without a zone a time is the machine's own, as Python's and supervisord's are.
const forms: readonly (readonly [RegExp, Reader])[] = [
  // 2026-11-23 13:12:49,134 · 2026-11-23T13:07:18.086158Z · [2026-11-23 13:02:34 +0000] · 2026/11/23 13:02:34 · 20261123T130234Z
  [
    /(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)[T -](\d\d):?(\d\d):?(\d\d)(?:[.,:](\d{1,9}))?(?: ?(Z|[+-]\d\d:?\d\d)(?![\d-]))?/y,
    ([, year, month, day, hour, minute, second, fraction, zone]) =>
      instant([Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)], fraction, zone),
  ],
  // Sep  1 10:00:00 (syslog) · Tue Sep  1 10:00:00 2026 (dmesg -T)
  [
    /(?:\w{3} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (\d{4}))?(?=[\s\]:]|$)/y,
    ([, month, day, hour, minute, second, fraction, year], nowMs) => {
      const date = [
        months.indexOf(month ?? '') + 1,
        Number(day),
        Number(hour),
        Number(minute),
        Number(second),
      ] as const;
      return date[0] === 0 ? undefined : inYear(year, date, fraction, nowMs);
    },
  ],
  // 01/Sep/2026:10:00:00 +0000 · Tue, 01 Sep 2026 10:00:00
  [
    /(?:\w{3}, )?(\d{1,2})[ /-]([A-Z][a-z]{2})[ /-](\d{4})[ :](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|[+-]\d\d:?\d\d))?/y,
    ([, day, month, year, hour, minute, second, fraction, zone]) =>
      instant(
        [Number(year), months.indexOf(month ?? '') + 1, Number(day), Number(hour), Number(minute), Number(second)],
        fraction,
        zone,
      ),
  ],
  // 1788256800.118: Unix time
  [/(\d{10}\.\d{1,9})(?=[\s\]])/y, ([, seconds]) => Number(seconds) * 1000],
  // 09/01/2026 10:00:00 AM · 26-09-01 10:00:00: which number is the day?
  [/\d\d[-/.]\d\d[-/.](?:\d{4}|\d\d) \d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M)?(?=[\s\]|:]|$)/y, () => undefined],
  // 09-01 10:00:00 (vLLM)
  [
    /(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?=[\s\]])/y,
    ([, month, day, hour, minute, second, fraction], nowMs) =>
      inYear(undefined, [Number(month), Number(day), Number(hour), Number(minute), Number(second)], fraction, nowMs),
  ],
  // 1123 13:00:00.123456 (glog) · 923 13:00:00.123456789 (torch)
  [
    /(\d{1,2})(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6,9})(?= )/y,
    ([, month, day, hour, minute, second, fraction], nowMs) =>
      inYear(undefined, [Number(month), Number(day), Number(hour), Number(minute), Number(second)], fraction, nowMs),
  ],
  // 10:00:02.118 · 0.00.029.889 (llama-server: since its start) · 30097.215001 (kernel: since boot): no date
  [/\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?=[\s\]])/y, () => undefined],
];

/** The time at this place of the text; `nowMs` tells the year where none is written. */
export function stampAt(text: string, index: number, nowMs: number): Stamp | undefined {
  for (const [pattern, read] of forms) {
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (match) return { atMs: believable(read(match, nowMs), nowMs), length: match[0].length };
  }
  return undefined;
}

/** A time in a field of a JSON record: ISO 8601, or Unix time in seconds or milliseconds. */
export function timeOf(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'string') return stampAt(value, 0, nowMs)?.atMs;
  if (typeof value !== 'number') return undefined;
  const atMs = value > 1e11 ? value : value * 1000;
  // A bare number may count from anything, such as llama-server's start.
  return atMs < nowMs - 366 * dayMs ? undefined : believable(atMs, nowMs);
}

/** A clock in another zone or a replayed text must not date an event after it was read. */
function believable(atMs: number | undefined, nowMs: number): number | undefined {
  if (atMs === undefined || Number.isNaN(atMs) || atMs < Date.UTC(2000)) return undefined;
  return atMs > nowMs + 2000 ? undefined : atMs;
}

type Fields = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

function instant(fields: Fields, fraction: string | undefined, zone: string | undefined): number {
  const [year, month, day, hour, minute, second] = fields;
  const milliseconds = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  if (zone === undefined) return new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime();
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The year that brings it nearest before now. */
function inYear(
  year: string | undefined,
  date: readonly [number, number, number, number, number],
  fraction: string | undefined,
  nowMs: number,
): number {
  const thisYear = year === undefined ? new Date(nowMs).getFullYear() : Number(year);
  const atMs = instant([thisYear, ...date], fraction, undefined);
  if (year !== undefined || atMs <= nowMs + dayMs) return atMs;
  return instant([thisYear - 1, ...date], fraction, undefined);
}
