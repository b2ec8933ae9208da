import { durationInWords } from '../../core/words.ts';

/** A time for people, and for machines. */
export interface Moment {
  readonly iso: string;
  /** `03:04:05 UTC`, with its day if that is another one. */
  readonly clock: string;
  /** `13m 5s ago` */
  readonly ago: string;
}

/** Both in Unix milliseconds. */
export function momentOf(atMs: number, nowMs: number): Moment {
  const iso = new Date(atMs).toISOString();
  const [day = '', time = ''] = iso.split('T');
  const isToday = new Date(nowMs).toISOString().startsWith(day);
  const clock = `${time.slice(0, 8)} UTC`;
  return {
    iso,
    clock: isToday ? clock : `${dayInWords(atMs)}, ${clock}`,
    ago: agoInWholeSeconds(atMs, nowMs),
  };
}

/** `13m 5s ago`, in whole seconds. */
export function agoInWholeSeconds(atMs: number, nowMs: number): string {
  return `${durationInWords(Math.round((nowMs - atMs) / 1000))} ago`;
}

// Made once: that is the slow part of it.
const days = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });

/** `25 November 2026` */
export function dayInWords(atMs: number): string {
  return days.format(atMs);
}
