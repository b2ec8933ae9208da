/** The events of one log since the saved position; runs in the file agent, which keeps files and open events. */
import type { FileOperation } from '../../core/host.ts';
import { statLog } from '../tail/open-log.ts';
import { createResidents } from '../tail/residents.ts';
import type { TailPosition, TailRotations, Unreadable } from '../tail/types.ts';
import { createClassifier } from './classifier.ts';
import type { Classifier } from './classifier.ts';
import type { Memory } from './event.ts';
import { parseMemory, savedMemory } from './memory.ts';
import { createTally } from './tally.ts';
import type { Tallied, Tally } from './tally.ts';
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

export interface LogEventsResult extends Tallied {
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

/** What is found in a piece is garbage after it: the larger the piece, the more of it grows old. */
const chunkBytes = 262_144;

interface Carried {
  classifier: Classifier | undefined;
  /** What was found and is in no reply yet: of a call that failed half-way, too. */
  readonly tally: Tally;
  readonly insideLine: boolean;
}

const residents = createResidents<Carried>((position) => ({
  classifier: undefined,
  tally: createTally(),
  insideLine: position?.insideLine === true,
}));

export const readLogEvents: FileOperation<LogEventsRequest, LogEventsResult> = {
  name: 'readLogEvents',
  async run(path, request) {
    const { consumer, position, memory, userClasses, maxBytes, truncatedAtBytes } = request;
    const start = position === undefined ? await whereToBegin(path, request.startedMs) : 'end';
    return residents.use(
      consumer,
      { path, position, start, truncatedAtBytes, chunkBytes },
      async ({ tail, carried }) => {
        carried.classifier ??= createClassifier({
          memory: parseMemory(memory),
          insideLine: carried.insideLine,
          userMatcher: userClasses.length > 0 ? createUserMatcher(userClasses) : undefined,
        });
        const { classifier, tally } = carried;
        const { end, ...look } = await tail.read(maxBytes, (chunk) => {
          classifier.feed(chunk, Date.now());
          tally.add(classifier.take());
        });
        // While more is there to be read, nobody knows what follows.
        if (look.atEnd) classifier.idle(Date.now());
        const checkpoint = classifier.checkpoint();
        const mark = await tail.mark(checkpoint.begin ?? end, checkpoint.insideLine);
        tally.add(classifier.take());
        const began = position === undefined ? { began: start } : {};
        return { ...tally.take(), ...look, ...mark, ...began, memory: savedMemory(checkpoint.memory) };
      },
    );
  },
};

/** Gives up every file that is held open. */
export function closeLogEventReaders(): Promise<void> {
  return residents.closeAll();
}

// supervisord opens a program's log before it starts it; a clock may have been set in between.
const bornTogetherMs = 5_000;

async function whereToBegin(path: string, startedMs: number | undefined): Promise<'beginning' | 'end'> {
  if (startedMs === undefined) return 'end';
  const facts = await statLog(path);
  if ('unreadable' in facts || facts.birthMs === undefined) return 'end';
  return facts.birthMs >= startedMs - bornTogetherMs ? 'beginning' : 'end';
}
