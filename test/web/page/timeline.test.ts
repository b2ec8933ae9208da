import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../../../src/core/contract.ts';
import { timelineOf } from '../../../src/web/page/timeline.ts';
import type { TimelineParts } from '../../../src/web/page/timeline.ts';

const hourMs = 3_600_000;
const toMs = 100 * hourMs;
const fromMs = toMs - 24 * hourMs;

/** `hours` before now. */
function event(kind: string, hours: number, detail: string, value?: number): TimedEvent {
  const atMs = toMs - hours * hourMs;
  return {
    id: `${kind} ${hours} ${detail}`,
    atMs,
    kind,
    subject: 'llama',
    detail,
    ...(value === undefined ? {} : { value }),
  };
}

/** As `phase until hours before now`. */
function told(events: readonly TimedEvent[], extra: Partial<TimelineParts> = {}): string[] {
  const spans = timelineOf({ events, watchedFromMs: fromMs, knownUntilMs: toMs, fromMs, toMs, ...extra });
  expect(spans[0]?.fromMs).toBe(fromMs);
  expect(spans.at(-1)?.toMs).toBe(toMs);
  spans.slice(1).forEach((span, index) => expect(span.fromMs).toBe(spans[index]?.toMs));
  return spans.map(({ phase, toMs: untilMs }) => `${phase} ${Number(((toMs - untilMs) / hourMs).toFixed(3))}`);
}

const running = (hours: number): NonNullable<TimelineParts['now']> => ({
  state: 'RUNNING',
  uptimeSeconds: hours * 3_600,
});

describe('a day of a program', () => {
  it('is running since before, if nothing happened and it runs for as long', () => {
    expect(told([], { now: running(48) })).toEqual(['running 0']);
  });

  it('is not known before its process started, if nobody watched', () => {
    expect(told([], { now: running(5), watchedFromMs: toMs - hourMs })).toEqual(['unknown 5', 'running 0']);
  });

  it('is stopped as long as somebody watched', () => {
    expect(told([], { now: { state: 'STOPPED' }, watchedFromMs: toMs - 2 * hourMs })).toEqual([
      'unknown 2',
      'stopped 0',
    ]);
  });

  it('tells a crash and the start that followed', () => {
    const events = [event('exit', 6, 'unexpected 1', 12 * 3_600), event('start', 5, 'respawn')];
    expect(told(events, { now: running(5) })).toEqual(['unknown 18', 'running 6', 'restarting 5', 'running 0']);
  });

  it('tells a stop and a start that somebody asked for', () => {
    const events = [event('start', 20, 'initial'), event('exit', 6, 'stopped 0'), event('start', 5, 'requested')];
    expect(told(events, { now: running(5) })).toEqual(['unknown 20', 'running 6', 'stopped 5', 'running 0']);
  });

  it('takes EXITED for an instant of a restart, and FATAL for its end', () => {
    const events = [
      event('start', 20, 'initial'),
      event('exit', 6, 'unexpected 1'),
      event('state', 5.5, 'EXITED'),
      event('start', 5, 'respawn'),
      event('exit', 4, 'unexpected 1'),
      event('state', 3, 'FATAL'),
    ];
    const told6 = ['unknown 20', 'running 6', 'restarting 5', 'running 4', 'restarting 3', 'stopped 0'];
    expect(told(events, { now: { state: 'FATAL' } })).toEqual(told6);
  });

  it('does not know what was between two things that do not fit together', () => {
    const starts = [event('start', 10, 'initial'), event('start', 2, 'initial')];
    expect(told(starts, { now: running(2) })).toEqual(['unknown 2', 'running 0']);
    expect(told([event('start', 10, 'initial')], { now: running(2) })).toEqual(['unknown 2', 'running 0']);
    expect(told([event('start', 10, 'initial')], { now: { state: 'STOPPED' } })).toEqual(['unknown 0']);
    const exits = [event('exit', 10, 'stopped 0'), event('exit', 2, 'signal 137', 3_600)];
    const expected = ['running 10', 'unknown 3', 'running 2', 'restarting 0'];
    expect(told(exits, { now: { state: 'BACKOFF' } })).toEqual(expected);
  });

  it('knows nothing from the moment on at which supervisord fell silent', () => {
    const events = [event('start', 10, 'initial')];
    expect(told(events, { knownUntilMs: toMs - hourMs })).toEqual(['unknown 10', 'running 1', 'unknown 0']);
  });
});
