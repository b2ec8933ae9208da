import { expect, it } from 'vitest';
import type { TimedEvent } from '../../src/core/contract.ts';
import { createHistory } from '../../src/core/history.ts';
import { createStateWriter } from '../../src/core/state-writer.ts';
import { createTestHost, testNowMs } from '../support/host.ts';

const first: TimedEvent = { id: 'a', atMs: testNowMs - 2000, kind: 'start', subject: 'llama' };
const second: TimedEvent = { ...first, id: 'b', atMs: testNowMs - 1000 };
const eventIds = (events: readonly TimedEvent[]): string[] => events.map(({ id }) => id);

it('an event that comes while the history is written is on disk before its counter is', async () => {
  const { clock, log } = createTestHost();
  const written: unknown[] = [];
  const disk = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const writer = createStateWriter({
    stateFile: { read: never, write: (content) => wrote(Object.keys(content)) },
    historyFile: {
      read: never,
      async write(events) {
        const ids = eventIds(events);
        begun.resolve();
        await disk.promise;
        written.push(ids);
      },
    },
    history: createHistory(() => clock.now()),
    collectors: {},
    clock,
    log,
  });

  const one = writer.save('supervisor', { data: {}, changed: 'counters' }, [first]);
  await begun.promise;
  const other = writer.save('logs', { data: {}, changed: 'counters' }, [second]);
  disk.resolve();
  await Promise.all([one, other]);
  expect(written).toEqual([['a'], ['supervisor'], ['a', 'b'], ['supervisor', 'logs']]);

  function wrote(what: unknown): Promise<void> {
    written.push(what);
    return Promise.resolve();
  }
});

it('writes the history again when it could not be written', async () => {
  const { clock, log } = createTestHost();
  const written: string[][] = [];
  let isFull = true;
  const writer = createStateWriter({
    stateFile: { read: never, write: () => Promise.resolve() },
    historyFile: {
      read: never,
      write(events) {
        if (isFull) return Promise.reject(new Error('ENOSPC'));
        written.push(eventIds(events));
        return Promise.resolve();
      },
    },
    history: createHistory(() => clock.now()),
    collectors: {},
    clock,
    log,
  });
  await writer.save('supervisor', { data: {}, changed: 'counters' }, [first]);
  expect(writer.isSaved()).toBe(false);
  isFull = false;
  await writer.save('supervisor', { data: {}, changed: 'counters' }, []);
  expect(writer.isSaved()).toBe(true);
  expect(written).toEqual([['a']]);
});

function never(): Promise<undefined> {
  return Promise.reject(new Error('not read in this test'));
}
