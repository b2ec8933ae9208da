import { counted } from '../../core/words.ts';
import type { Phase, Span } from './timeline.ts';

/** A day of a program as marks of a quarter of an hour, each showing the worst that was seen in it. */
export interface StripView {
  /** Marks beside each other that look the same are one; `x` and `width` count marks. */
  readonly marks: readonly StripMark[];
  readonly width: number;
  /** The same for who does not see it: what was when, the newest first. */
  readonly words: string;
}

export interface StripMark {
  readonly phase: Phase;
  readonly x: number;
  readonly width: number;
  readonly title: string;
}

const markMs = 15 * 60_000;
const maxRangesInWords = 6;

const phaseWords: Readonly<Record<Phase, string>> = {
  running: 'running',
  restarting: 'restarting',
  stopped: 'stopped',
  unknown: 'not known',
};

/** `spans` cover the time without a gap, the oldest first. */
export function stripOf(spans: readonly Span[], fromMs: number, toMs: number): StripView {
  const width = Math.ceil((toMs - fromMs) / markMs);
  const marks: { phase: Phase; x: number; width: number }[] = [];
  let first = 0;
  for (let x = 0; x < width; x += 1) {
    const [startMs, endMs] = [fromMs + x * markMs, Math.min(toMs, fromMs + (x + 1) * markMs)];
    while ((spans[first]?.toMs ?? Infinity) <= startMs) first += 1;
    const phase = worstOf(spans, first, startMs, endMs);
    const last = marks.at(-1);
    if (last?.phase === phase) last.width += 1;
    else marks.push({ phase, x, width: 1 });
  }
  const titled = marks.map((mark) => ({ ...mark, title: titleOf(mark, fromMs, toMs) }));
  return { marks: titled, width, words: inWords(titled) };
}

function worstOf(spans: readonly Span[], first: number, startMs: number, endMs: number): Phase {
  const lasted: Record<Phase, number> = { running: 0, restarting: 0, stopped: 0, unknown: 0 };
  for (let index = first; index < spans.length; index += 1) {
    const span = spans[index];
    if (span === undefined || span.fromMs >= endMs) break;
    lasted[span.phase] += Math.min(span.toMs, endMs) - Math.max(span.fromMs, startMs);
  }
  if (lasted.restarting > 0) return 'restarting';
  if (lasted.stopped > 0) return 'stopped';
  return lasted.running > 0 ? 'running' : 'unknown';
}

function titleOf({ phase, x, width }: Omit<StripMark, 'title'>, fromMs: number, toMs: number): string {
  const at = (marks: number): string => new Date(fromMs + marks * markMs).toISOString().slice(11, 16);
  const isNewest = fromMs + (x + width) * markMs >= toMs;
  return `${at(x)} to ${isNewest ? 'now' : at(x + width)}: ${phaseWords[phase]}`;
}

function inWords(marks: readonly StripMark[]): string {
  const ranges = marks.slice(-maxRangesInWords).toReversed();
  const more = marks.length - ranges.length;
  return [...ranges.map(({ title }) => title), ...(more > 0 ? [`${counted(more, 'change')} before`] : [])].join('; ');
}

/** What one mark stands for. */
export const markInWords = `${markMs / 60_000} min`;
