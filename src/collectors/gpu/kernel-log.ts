import type { SavedState, Sample, TimedEvent } from '../../core/contract.ts';
import { toSourceError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { readKernelLog } from '../../sources/kmsg/read.ts';
import type { KernelLogReply } from '../../sources/kmsg/read.ts';
import { busOf, nvidiaMark } from '../../sources/kmsg/xid.ts';
import type { KnownCard, SavedXids } from './saved.ts';
import type { Notes } from './notes.ts';
import { countXids, xidSamples } from './xids.ts';

/** Counts Xids in /dev/kmsg from where the last exporter stopped, where it may be read at all. */
export interface KernelLog {
  /** Reads what is new; never throws. */
  read(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Counts what was read, now that the cards' places are known. */
  count(cards: readonly KnownCard[]): { changed: SavedState['changed']; events: TimedEvent[] };
  /** Nothing before the end of the log was reached once. */
  samples(cards: readonly KnownCard[]): Sample[];
  saved(): SavedXids | undefined;
  /** Why it was not read in the newest round, else empty. */
  problem(): string;
}

const kernelLogPath = '/dev/kmsg';

export function createKernelLog(
  { files, clock }: Pick<Host, 'files' | 'clock'>,
  notes: Notes,
  restored: SavedXids | undefined,
): KernelLog {
  let xids = restored;
  let unread: KernelLogReply[] = [];
  let complete = false;
  let problem = '';

  async function readToEnd(timeoutMs: number, signal: AbortSignal): Promise<void> {
    for (let reply: KernelLogReply | undefined; !reply?.atEnd;) {
      const after = unread.at(-1)?.position ?? xids?.position;
      const request = { consumer: 'gpu', after, containing: [nvidiaMark] };
      reply = await files.call(readKernelLog, kernelLogPath, request, { timeoutMs, signal });
      if (reply.lost > 0)
        notes.warn('kernel log lost', `${reply.lost} kernel messages were overwritten before they could be read`);
      unread.push(reply);
    }
    complete = true;
  }

  return {
    async read(timeoutMs, signal): Promise<void> {
      try {
        await readToEnd(timeoutMs, signal);
        problem = '';
      } catch (error) {
        const { message } = toSourceError(error, kernelLogPath);
        problem = `Xids are not counted: ${message}`;
      }
    },
    count(cards): ReturnType<KernelLog['count']> {
      const replies = unread;
      unread = [];
      const places = Object.fromEntries(
        cards.flatMap(({ busId, uuid }) => {
          const bus = busOf(busId);
          return bus === undefined ? [] : [[bus, uuid]];
        }),
      );
      const events: TimedEvent[] = [];
      const before = xids;
      for (const reply of replies) {
        const counted = countXids(xids, reply, places, clock.now());
        xids = counted.xids;
        events.push(...counted.events);
      }
      return { changed: howChanged(before, xids), events };
    },
    samples: (cards) =>
      complete && xids
        ? xidSamples(
            xids.counts,
            cards.map(({ uuid }) => uuid),
          )
        : [],
    saved: () => xids,
    problem: () => problem,
  };
}

function howChanged(before: SavedXids | undefined, now: SavedXids | undefined): SavedState['changed'] {
  if (JSON.stringify([before?.counts, before?.losses]) !== JSON.stringify([now?.counts, now?.losses]))
    return 'counters';
  return before?.position.sequence === now?.position.sequence && before?.position.bootId === now?.position.bootId
    ? 'none'
    : 'positions';
}
