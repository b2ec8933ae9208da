import type { Files, FileCallOptions } from '../../core/host.ts';
import { basename } from 'node:path';
import { findMappedModels, isReplaced, mappingsPath } from '../../sources/model-file/mappings.ts';
import type { ModelVerdict } from '../../sources/model-file/verdict.ts';
import type { FileIdentity, ServerFact } from './facts.ts';
import type { ProgramLook, RunningServer } from './program.ts';
import type { SavedServer } from './saved.ts';

/** The process that serves a model, over time. */
export interface ServerWatch {
  /** What is known of the server that runs now, together with the file that it was started on. */
  look(look: ProgramLook | undefined, verdict: ModelVerdict | undefined, nowMs: number): ServerFact | undefined;
  /** For the state: the server that was seen last. */
  saved(): SavedServer | undefined;
}

// A server that is younger than this has started under our eyes, also at the exporter's first look.
const youngMs = 2_000;

export function watchServer(restored: SavedServer | undefined): ServerWatch {
  let known = restored;
  let lookedBefore = false;

  function meet(server: RunningServer, verdict: ModelVerdict | undefined, nowMs: number): SavedServer {
    const file = identityOf(verdict);
    return {
      pid: server.pid,
      startTicks: server.startTicks,
      startedMs: nowMs - server.ageMs,
      firstSeenMs: nowMs,
      seenFromStart: lookedBefore || server.ageMs < youngMs,
      ...(file === undefined ? {} : { file }),
    };
  }

  return {
    look(look, verdict, nowMs) {
      // Whether it still runs is not known, and neither which one it is.
      if (look === undefined) return undefined;
      const { server } = look;
      if (server !== undefined && (known?.pid !== server.pid || known.startTicks !== server.startTicks)) {
        known = meet(server, verdict, nowMs);
      }
      lookedBefore = true;
      return server === undefined || known === undefined ? undefined : toFact(known);
    },
    saved: () => known,
  };
}

/**
 * Whether the server has another file mapped than the one that the model's path leads to now; undefined if its mappings
 * cannot be read.
 */
export async function servesAnotherFile(
  files: Files,
  server: ServerFact,
  model: { readonly path: string; readonly verdict: ModelVerdict; readonly named: string | undefined },
  call: FileCallOptions,
): Promise<boolean | undefined> {
  const { path, verdict, named } = model;
  if (verdict.present !== true || verdict.inodes.length === 0) return false;
  const then = server.fileThen === undefined ? [] : [server.fileThen.inode];
  const args = { inodes: [...verdict.inodes, ...then], names: [basename(path)], anyModel: named === path };
  try {
    const mapped = await files.call(findMappedModels, mappingsPath(server.pid), args, call);
    return isReplaced(mapped, verdict.inodes, [path]);
  } catch {
    return undefined;
  }
}

function identityOf(verdict: ModelVerdict | undefined): FileIdentity | undefined {
  const { sizeBytes, inode, ctimeMs } = verdict ?? {};
  return sizeBytes === undefined || inode === undefined || ctimeMs === undefined
    ? undefined
    : { sizeBytes, inode, ctimeMs };
}

function toFact({ pid, startedMs, firstSeenMs, seenFromStart, file }: SavedServer): ServerFact {
  return { pid, startedMs, firstSeenMs, seenFromStart, ...(file === undefined ? {} : { fileThen: file }) };
}
