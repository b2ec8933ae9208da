/** One log while it is followed: position, memory, and how the last look at it went. */
import type { Host } from '../../core/host.ts';
import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import { readLogEvents } from '../../sources/log-classes/operation.ts';
import type { LogEventsRequest, LogEventsResult } from '../../sources/log-classes/operation.ts';
import type { Memory } from '../../sources/log-classes/event.ts';
import type { UserClass } from '../../sources/log-classes/user-classes.ts';
import type { TailPosition } from '../../sources/tail/types.ts';
import type { ProgramLog } from './program-logs.ts';
import type { SavedFile } from './saved.ts';

export interface FollowedLog {
  readonly program: string;
  readonly path: string;
  log: ProgramLog | undefined;
  position: TailPosition | undefined;
  memory: Memory | undefined;
  /** What was written while nobody looked was read: counts that were restored are whole again. */
  caughtUp: boolean;
  atEnd: boolean;
  /** Undefined before the first look, and where there is nothing to be read yet. */
  readable: boolean | undefined;
  unreadable: string | undefined;
  lagBytes: number;
  /** Anything was ever seen in it. */
  sawBytes: boolean;
  /** Unix time in milliseconds since when nothing that was written was passed over; 0: from its first byte. */
  sinceMs: number | undefined;
  /** Since when supervisord has other files for this program (monotonic milliseconds). */
  retiredMs: number | undefined;
}

export function followedLog(program: string, path: string, saved?: SavedFile): FollowedLog {
  return {
    program,
    path,
    log: undefined,
    position: saved?.position,
    memory: saved?.memory,
    caughtUp: saved === undefined,
    atEnd: true,
    readable: undefined,
    unreadable: undefined,
    lagBytes: 0,
    sawBytes: saved !== undefined,
    sinceMs: saved?.sinceMs,
    retiredMs: undefined,
  };
}

// A flooded log must not keep the agent from the others for long: about 50 ms.
const pieceBytes = 4 * 1_048_576;

/** One look; undefined if it failed, which `log.unreadable` tells. Never throws. */
export async function readLog(
  followed: FollowedLog,
  userClasses: readonly UserClass[],
  files: Host['files'],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly nowMs: number },
): Promise<LogEventsResult | undefined> {
  try {
    const { nowMs, ...call } = options;
    const result = await files.call(readLogEvents, followed.path, requestFor(followed, userClasses), call);
    if (result.lostBytes > 0) followed.sinceMs = nowMs;
    if (result.began !== undefined) followed.sinceMs ??= result.began === 'beginning' ? 0 : nowMs;
    followed.position = result.position;
    followed.memory = result.memory;
    followed.atEnd = result.atEnd;
    followed.lagBytes = result.lagBytes;
    followed.sawBytes ||= result.readBytes + result.lagBytes + (result.position?.offset ?? 0) > 0;
    followed.unreadable = result.unreadable;
    followed.readable = isReadable(followed, result.unreadable);
    followed.caughtUp ||= result.atEnd || result.unreadable !== undefined;
    return result;
  } catch (error) {
    followed.unreadable = error instanceof SourceError ? error.reason : errorMessage(error);
    followed.readable = false;
    followed.atEnd = true;
    followed.caughtUp = true;
    return undefined;
  }
}

function requestFor({ log, position, memory }: FollowedLog, userClasses: readonly UserClass[]): LogEventsRequest {
  return {
    consumer: 'logs',
    userClasses,
    maxBytes: pieceBytes,
    ...(position && { position }),
    ...(memory && { memory }),
    ...(log?.startedMs && { startedMs: log.startedMs }),
    ...(log?.truncatedAtBytes && { truncatedAtBytes: log.truncatedAtBytes }),
  };
}

/** A program that was never started has no log yet; once it was, the log must be there. */
function isReadable({ log }: FollowedLog, unreadable: LogEventsResult['unreadable']): boolean | undefined {
  if (unreadable === 'missing' && log?.startedMs === 0) return undefined;
  return unreadable === undefined;
}
