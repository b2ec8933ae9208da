import type { TimedEvent } from '../../core/contract.ts';
import type { MainLogEvent } from '../../sources/supervisord/main-log.ts';
import { isOlder } from '../../sources/supervisord/log-clock.ts';
import { book } from './ledger.ts';
import type { Booking, Surroundings } from './ledger.ts';
import type { Piece } from './main-log-reader.ts';
import type { Saved } from './saved.ts';

export interface Following {
  readonly saved: Saved;
  readonly events: readonly TimedEvent[];
  readonly told: Booking['told'];
  /** All that could be read is booked; false: there is more than fits into one round. */
  readonly caughtUp: boolean;
  readonly lagBytes: number;
  /** Why the log cannot be read. */
  readonly unreadable: string | undefined;
  /** The position has to be saved before the old file is let go. */
  readonly moved: boolean;
}

export interface FollowParts {
  readonly read: (position: Saved['position'], timeoutMs: number) => Promise<Piece>;
  /** Asked after each piece was read; `last` must be newer than its lines. */
  readonly surroundings: (last: boolean) => Promise<Surroundings>;
  readonly nowMs: () => number;
  /** Milliseconds that are left for reading. */
  readonly leftMs: () => number;
}

// After a rotation it takes a second look to be sure that nobody writes to the old file any more.
const maxEmptyPieces = 3;
const leastMs = 50;
/** More than the history keeps of a log that is read back. */
export const maxEvents = 10_000;

/** Reads the main log to its end, piece by piece, and books every line. */
export async function follow(before: Saved, parts: FollowParts): Promise<Following> {
  let events: readonly TimedEvent[] = [];
  const told = new Map<string, Set<MainLogEvent['kind']>>();
  let saved = before;
  let moved = false;
  let empty = 0;
  for (;;) {
    const askedMs = parts.nowMs();
    const piece = await parts.read(saved.position, Math.max(leastMs, parts.leftMs()));
    empty = piece.readBytes === 0 ? empty + 1 : 0;
    const isOver = parts.leftMs() < leastMs;
    const isLast = piece.atEnd || isOver || empty > maxEmptyPieces;
    const result = bookPiece(saved, piece, await parts.surroundings(isLast), askedMs);
    saved = result.saved;
    moved ||= piece.rotated || piece.lostBytes > 0;
    events = [...events, ...result.events].slice(-maxEvents);
    for (const [program, kinds] of result.told) told.set(program, new Set([...(told.get(program) ?? []), ...kinds]));
    if (isLast || !result.complete) {
      const caughtUp = piece.atEnd || !isOver || !result.complete;
      const { lagBytes, unreadable } = piece;
      return { saved, events, told, caughtUp, lagBytes, unreadable, moved };
    }
  }
}

type Booked = Pick<Booking, 'saved' | 'events' | 'told'> & { readonly complete: boolean };

function bookPiece(before: Saved, piece: Piece, around: Surroundings, askedMs: number): Booked {
  const { position, atEnd, unreadable } = piece;
  if (position === undefined) return { saved: before, events: [], told: new Map(), complete: true };
  const { notBeforeMs: _, ...start } = piece.lostBytes > 0 && before.counting ? withDoubt(before) : before;
  const limit = notBefore(before, piece);
  const { notBeforeMs } = limit;
  const news =
    notBeforeMs === undefined
      ? piece.lines
      : piece.lines.filter(({ time }) => !isOlder(before.clock, time, notBeforeMs));
  const lines = news.slice(before.skip);
  const { saved, events, told, booked } = book(start, lines, around);
  if (booked < lines.length) {
    return { saved: { ...saved, ...limit, skip: before.skip + booked }, events, told, complete: false };
  }
  // What appears where there is no file yet is new from its first byte, and written later than this look.
  const isRead = atEnd && (unreadable === undefined || unreadable === 'missing');
  const clock = isRead ? { ...saved.clock, readToEndMs: askedMs } : saved.clock;
  const counting = saved.counting || isRead;
  const further = atEnd ? {} : limit;
  return { saved: { ...saved, ...further, position, skip: 0, clock, counting }, events, told, complete: true };
}

/** A file that supervisord wrote to before, or that we should have read, begins with what is counted or polled by now. */
function notBefore({ notBeforeMs, clock }: Saved, { elsewhere }: Piece): Pick<Saved, 'notBeforeMs'> {
  const limit = notBeforeMs ?? (elsewhere ? (clock.lastMs ?? clock.readToEndMs) : undefined);
  return limit === undefined ? {} : { notBeforeMs: limit };
}

/** What happened between the lines before and after the loss is not known. */
function withDoubt(saved: Saved): Saved {
  const programs = Object.entries(saved.programs).map(
    ([program, record]) => [program, { ...record, doubtful: true }] as const,
  );
  return { ...saved, programs: Object.fromEntries(programs) };
}
