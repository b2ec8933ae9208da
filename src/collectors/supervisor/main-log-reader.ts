import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Files } from '../../core/host.ts';
import { parseMainLogLine } from '../../sources/supervisord/main-log.ts';
import type { MainLogLine } from '../../sources/supervisord/main-log.ts';
import type { SupervisordConfig } from '../../sources/supervisord/types.ts';
import { readTailLines } from '../../sources/tail/lines-operation.ts';
import type { TailPosition } from '../../sources/tail/types.ts';

/** One piece of the main log. */
export interface Piece {
  readonly lines: readonly MainLogLine[];
  readonly position: TailPosition | undefined;
  readonly readBytes: number;
  readonly atEnd: boolean;
  readonly lagBytes: number;
  readonly lostBytes: number;
  readonly rotated: boolean;
  /** The position is one of another path: supervisord, or we, were told to use another file. */
  readonly elsewhere: boolean;
  /** Why the log cannot be read. */
  readonly unreadable: string | undefined;
}

// About ten thousand lines.
const pieceBytes = 1024 * 1024;
// supervisord's own default for the size of its log.
const readBackBytes = 50 * 1024 * 1024;

/** Reads on from a position, or from the beginning of the last 50 MB. Never throws. */
export async function readPiece(
  files: Files,
  config: SupervisordConfig | undefined,
  position: TailPosition | undefined,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Piece> {
  // Where nobody can tell any more, the log is where it was.
  const path = config?.mainLog ?? position?.path;
  if (path === undefined) return unreadable('it is not known, or no file');
  const { maxBytes, backups } = config?.mainLogRotation ?? { maxBytes: 0, backups: 0 };
  try {
    const result = await files.call(
      readTailLines,
      path,
      {
        consumer: 'supervisor',
        ...(position === undefined ? {} : { position }),
        start: 'beginning',
        maxBytes: pieceBytes,
        ...(backups === 0 && maxBytes > 0 ? { truncatedAtBytes: maxBytes } : {}),
      },
      options,
    );
    const { renamed, truncated } = result.rotations;
    const elsewhere = position !== undefined && position.path !== path;
    const piece = { ...result, unreadable: result.unreadable, rotated: renamed + truncated > 0, elsewhere };
    const late = position === undefined ? skipAhead(result.position, result.lagBytes) : undefined;
    if (late !== undefined) return { ...piece, position: late, lines: [] };
    return { ...piece, lines: result.lines.flatMap((line) => parseMainLogLine(line) ?? []) };
  } catch (error) {
    return unreadable(error instanceof SourceError ? `${error.reason}: ${error.message}` : errorMessage(error));
  }
}

/** Behind what is too long to be read back; the line that is cut there is no line of supervisord any more. */
function skipAhead(position: TailPosition | undefined, lagBytes: number): TailPosition | undefined {
  if (position === undefined || lagBytes <= readBackBytes) return undefined;
  const { anchor: _, ...rest } = position;
  return { ...rest, offset: position.offset + lagBytes - readBackBytes };
}

function unreadable(why: string): Piece {
  const nothing = { lines: [], position: undefined, readBytes: 0, lagBytes: 0, lostBytes: 0, rotated: false };
  return { elsewhere: false, ...nothing, atEnd: true, unreadable: why };
}
