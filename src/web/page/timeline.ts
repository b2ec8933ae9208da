import type { TimedEvent } from '../../core/contract.ts';

/** `unknown`: nobody watched, or what was seen contradicts itself. */
export type Phase = 'running' | 'restarting' | 'stopped' | 'unknown';

export interface Span {
  readonly phase: Phase;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimelineParts {
  /** The program's starts, exits and states, oldest first. */
  readonly events: readonly TimedEvent[];
  /** As of the newest answer of supervisord; absent if there is none. */
  readonly now?: { readonly state: string; readonly uptimeSeconds?: number };
  /** Of what was before, only what an event itself tells is known. */
  readonly watchedFromMs: number;
  /** From then on nothing is known any more. */
  readonly knownUntilMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A moment at which something changed. */
interface Turn {
  readonly atMs: number;
  /** What it says of the time before; absent if nothing. */
  readonly before?: { readonly phase: Phase; readonly sinceMs: number };
  readonly after: Phase;
}

// supervisord cuts its start times off to whole seconds, and a line of its log may be read a moment later.
const toleranceMs = 5_000;

/** What a program did, as spans that cover the whole time without a gap; what is not known is told as such. */
export function timelineOf(parts: TimelineParts): Span[] {
  const { events, now, knownUntilMs, fromMs, toMs, watchedFromMs } = parts;
  const spans: Span[] = [];
  const add = (phase: Phase, untilMs: number): void => {
    const startMs = spans.at(-1)?.toMs ?? fromMs;
    const endMs = Math.min(untilMs, toMs);
    if (endMs > startMs) spans.push({ phase, fromMs: startMs, toMs: endMs });
  };
  let phase: Phase | undefined;
  for (const event of events) {
    const turn = turnOf(event, watchedFromMs);
    if (turn === undefined) continue;
    for (const [each, untilMs] of betweenTurns(phase, turn)) add(each, untilMs);
    phase = turn.after;
  }
  for (const [each, untilMs] of untilNow(phase, now, parts)) add(each, Math.min(untilMs, knownUntilMs));
  add('unknown', toMs);
  return merged(spans);
}

function turnOf({ kind, atMs, detail = '', value }: TimedEvent, watchedFromMs: number): Turn | undefined {
  if (kind === 'state') return { atMs, after: phaseOf(detail) };
  if (kind === 'start') {
    const phase = triggers[detail] ?? 'unknown';
    return { atMs, before: { phase, sinceMs: watchedFromMs }, after: 'running' };
  }
  if (kind !== 'exit') return undefined;
  const after = detail.startsWith('stopped') ? 'stopped' : 'restarting';
  if (detail.startsWith('spawn_error')) return { atMs, before: { phase: 'restarting', sinceMs: watchedFromMs }, after };
  return {
    atMs,
    before: { phase: 'running', sinceMs: value === undefined ? watchedFromMs : atMs - value * 1000 },
    after,
  };
}

/** What a program did before a start, by what led to it. */
const triggers: Readonly<Record<string, Phase>> = { respawn: 'restarting', requested: 'stopped' };

/** The phase of a state of supervisord. */
export function phaseOf(state: string): Phase {
  if (state === 'RUNNING' || state === 'STARTING' || state === 'STOPPING') return 'running';
  if (state === 'BACKOFF') return 'restarting';
  return state === 'STOPPED' || state === 'EXITED' || state === 'FATAL' ? 'stopped' : 'unknown';
}

type Stretch = readonly [phase: Phase, untilMs: number];

function betweenTurns(phase: Phase | undefined, { atMs, before }: Turn): Stretch[] {
  if (before === undefined) return [[phase ?? 'unknown', atMs]];
  const fits = phase !== undefined && (phase === 'running') === (before.phase === 'running');
  if (fits && phase !== 'unknown') {
    // A look may catch EXITED for an instant before supervisord starts the program again.
    return [[before.phase === 'restarting' ? 'restarting' : phase, atMs]];
  }
  // Between two things that do not fit together an end or a start was missed.
  const tellsSince = phase === undefined || before.phase === 'running';
  return tellsSince
    ? [
        ['unknown', before.sinceMs],
        [before.phase, atMs],
      ]
    : [['unknown', atMs]];
}

function untilNow(phase: Phase | undefined, now: TimelineParts['now'], parts: TimelineParts): Stretch[] {
  const { toMs, watchedFromMs } = parts;
  if (now === undefined) return [[phase ?? 'unknown', toMs]];
  const current = phaseOf(now.state);
  if (now.uptimeSeconds !== undefined) {
    const sinceMs = toMs - now.uptimeSeconds * 1000;
    const isSameRun = phase === 'running' && sinceMs <= lastTurnMs(parts) + toleranceMs;
    return isSameRun
      ? [[current, toMs]]
      : [
          [phase === 'running' ? 'unknown' : (phase ?? 'unknown'), sinceMs],
          [current, toMs],
        ];
  }
  if (phase === undefined)
    return [
      ['unknown', watchedFromMs],
      [current, toMs],
    ];
  return [[phase === 'running' ? 'unknown' : current, toMs]];
}

function lastTurnMs({ events, fromMs }: TimelineParts): number {
  return events.at(-1)?.atMs ?? fromMs;
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last?.phase === span.phase) result[result.length - 1] = { ...last, toMs: span.toMs };
    else result.push(span);
  }
  return result;
}
