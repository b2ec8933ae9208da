/** The events of one log since the saved position; runs in the file agent, which keeps files and open events. */
import type { FileOperation } from '../../core/host.ts';
import { statLog } from '../tail/open-log.ts';
import { createResidents } from '../tail/residents.ts';
import type { TailPosition, TailRotations, Unreadable } from '../tail/types.ts';
import { createClassifier } from './classifier.ts';
import type { Classifier } from './classifier.ts';
import type { Memory } from './event.ts';
import { parseMemory, savedMemory } from './memory.ts';
import type { LogEvent } from './types.ts';
import { createUserMatcher } from './user-classes.ts';
import type { UserClass } from './user-classes.ts';

export interface LogEventsRequest {
  /** Whom the reader belongs to. */
  readonly consumer: string;
  /** As of the last reply that is saved; absent at the very first start. */
  readonly position?: TailPosition;
  readonly memory?: Memory;
  /**
   * Without a position: when the program was started (Unix time in milliseconds). A log that was born with it is read from
   * its first byte, any other from its end.
   */
  readonly startedMs?: number;
  readonly userClasses: readonly UserClass[];
  /** At most about so many bytes are read in one call. */
  readonly maxBytes: number;
  /** Size at which the writer itself empties the file in place (supervisord with backups=0), where that is known. */
  readonly truncatedAtBytes?: number;
}

export interface LogEventsResult {
  /** How many events of each class ended, and the time of the newest, in Unix milliseconds. */
  readonly counts: Readonly<Record<string, number>>;
  readonly newestMs: Readonly<Record<string, number>>;
  /** The first of them, for whoever wants to tell them: a flood of failures makes no flood of replies. */
  readonly events: readonly LogEvent[];
  readonly lines: number;
  readonly readBytes: number;
  readonly lostBytes: number;
  readonly lagBytes: number;
  readonly atEnd: boolean;
  readonly rotations: TailRotations;
  readonly unreadable: Unreadable | undefined;
  /** To be saved together with the counts, and handed back: it acknowledges this reply. */
  readonly position: TailPosition | undefined;
  readonly memory: Memory;
  /** Where a new reader began; absent where one went on. */
  readonly began?: 'beginning' | 'end';
}

interface Carried {
  classifier: Classifier | undefined;
  readonly insideLine: boolean;
}

const residents = createResidents<Carried>((position) => ({
  classifier: undefined,
  insideLine: position?.insideLine === true,
}));

export const readLogEvents: FileOperation<LogEventsRequest, LogEventsResult> = {
  name: 'readLogEvents',
  async run(path, request) {
    const { consumer, position, memory, userClasses, maxBytes, truncatedAtBytes } = request;
    const start = position === undefined ? await whereToBegin(path, request.startedMs) : 'end';
    return residents.use(consumer, { path, position, start, truncatedAtBytes }, async ({ tail, carried }) => {
      carried.classifier ??= createClassifier({
        memory: parseMemory(memory),
        insideLine: carried.insideLine,
        userMatcher: userClasses.length > 0 ? createUserMatcher(userClasses) : undefined,
      });
      const { classifier } = carried;
      const { end, ...look } = await tail.read(maxBytes, (chunk) => classifier.feed(chunk, Date.now()));
      // While more is there to be read, nobody knows what follows.
      if (look.atEnd) classifier.idle(Date.now());
      const checkpoint = classifier.checkpoint();
      const mark = await tail.mark(checkpoint.begin ?? end, checkpoint.insideLine);
      const { events, lines } = classifier.take();
      const began = position === undefined ? { began: start } : {};
      return { ...summed(events), lines, ...look, ...mark, ...began, memory: savedMemory(checkpoint.memory) };
    });
  },
};

/** Gives up every file that is held open. */
export function closeLogEventReaders(): Promise<void> {
  return residents.closeAll();
}

const maxEvents = 100;

function summed(events: readonly LogEvent[]): Pick<LogEventsResult, 'counts' | 'newestMs' | 'events'> {
  const counts: Record<string, number> = {};
  const newestMs: Record<string, number> = {};
  for (const { class: name, atMs } of events) {
    counts[name] = (counts[name] ?? 0) + 1;
    newestMs[name] = Math.max(atMs, newestMs[name] ?? 0);
  }
  return { counts, newestMs, events: events.slice(0, maxEvents) };
}

// supervisord opens a program's log before it starts it; a clock may have been set in between.
const bornTogetherMs = 5_000;

async function whereToBegin(path: string, startedMs: number | undefined): Promise<'beginning' | 'end'> {
  if (startedMs === undefined) return 'end';
  const facts = await statLog(path);
  if ('unreadable' in facts || facts.birthMs === undefined) return 'end';
  return facts.birthMs >= startedMs - bornTogetherMs ? 'beginning' : 'end';
}
