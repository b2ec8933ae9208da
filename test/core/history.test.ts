import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../../src/core/contract.ts';
import { createHistory, historyWindowMs } from '../../src/core/history.ts';

const nowMs = historyWindowMs * 10;
const event = (id: string, atMs: number, subject = 'llama'): TimedEvent => ({ id, atMs, kind: 'start', subject });

describe('history', () => {
  it('keeps an event that is offered twice once, in order of time', () => {
    const history = createHistory(() => nowMs);
    expect(history.add([event('b', nowMs - 1), event('a', nowMs - 2)])).toBe(true);
    expect(history.add([event('a', nowMs - 2)])).toBe(false);
    expect(history.events().map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('gives the same list until an event comes or one grows too old', () => {
    let now = nowMs;
    const history = createHistory(() => now, [event('a', nowMs - historyWindowMs + 10), event('b', nowMs)]);
    const first = history.events();
    history.add([event('a', nowMs - historyWindowMs + 10)]);
    expect(history.events()).toBe(first);
    now += 11;
    expect(history.events().map(({ id }) => id)).toEqual(['b']);
    history.add([event('c', nowMs)]);
    expect(history.events().map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('forgets what is older than a day', () => {
    const history = createHistory(() => nowMs, [event('old', nowMs - historyWindowMs - 1), event('new', nowMs)]);
    expect(history.events().map(({ id }) => id)).toEqual(['new']);
  });

  it('forgets what is more than a day ahead, from before the clock was put right', () => {
    const ahead = [event('soon', nowMs + 3_600_000), event('never', nowMs + historyWindowMs + 1)];
    expect(
      createHistory(() => nowMs, ahead)
        .events()
        .map(({ id }) => id),
    ).toEqual(['soon']);
  });

  it('lets one noisy subject displace only its own oldest events', () => {
    const history = createHistory(() => nowMs, [event('quiet', nowMs - 5_000_000, 'fastapi')]);
    history.add(Array.from({ length: 3_000 }, (_, index) => event(`n${index}`, nowMs - index)));
    const kept = history.events();
    expect(kept).toHaveLength(2_001);
    expect(kept[0]?.id).toBe('quiet');
    expect(kept.at(-1)?.id).toBe('n0');
  });
});
