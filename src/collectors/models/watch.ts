import type { TimedEvent } from '../../core/contract.ts';
import type { Clock, Files } from '../../core/host.ts';
import { createModelReader } from '../../sources/model-file/reader.ts';
import type { ModelReader } from '../../sources/model-file/reader.ts';
import { watchStability } from '../../sources/model-file/stability.ts';
import type { LookTime, Stability, StabilityWatch } from '../../sources/model-file/stability.ts';
import type { FileCallOptions } from '../../core/host.ts';
import type { ModelFormat, ProgramUser } from '../../sources/model-file/types.ts';
import type { ModelVerdict } from '../../sources/model-file/verdict.ts';
import { flickerWindowMs } from './facts.ts';

/** A model on disk over time. */
export interface FileWatch {
  /** Throws `SourceError` when the path does not answer; then nothing is known of it. */
  look(path: string, call: FileCallOptions, user: ProgramUser | undefined): Promise<WatchedLook>;
  /** Nothing is there to look at: no file is known, and that is certain. */
  nothing(): WatchedLook;
}

export interface WatchedLook {
  /** Undefined when no file is known. */
  readonly verdict: ModelVerdict | undefined;
  readonly stability: Stability | undefined;
  readonly lastChangeMs: number | undefined;
  readonly presenceChangesMs: readonly number[];
  readonly events: readonly TimedEvent[];
  /** It changes, or did a moment ago: worth another look so soon. Undefined: at its usual time. */
  readonly lookAgainInMs: number | undefined;
}

const restlessForMs = 10_000;
const soonMs = 1_000;
// A timer may be early by a little, and so may be the look that it starts.
const marginMs = 25;

export function watchFile(
  model: string,
  { files, clock }: { readonly files: Files; readonly clock: Clock },
  { stableForMs, format }: { readonly stableForMs: number; readonly format: ModelFormat | undefined },
): FileWatch {
  let subject: { path: string; reader: ModelReader; stability: StabilityWatch } | undefined;
  let last: { present: boolean | undefined; complete: boolean | undefined; inode: string | undefined } | undefined;
  let lastChangeMs: number | undefined;
  let presenceChangesMs: readonly number[] = [];

  function subjectAt(path: string): NonNullable<typeof subject> {
    if (subject?.path === path) return subject;
    const reader = createModelReader(files, path, format === undefined ? {} : { format });
    subject = { path, reader, stability: watchStability(stableForMs) };
    // Another file is another story.
    last = undefined;
    lastChangeMs = undefined;
    return subject;
  }

  function observe(verdict: ModelVerdict | undefined, stability: Stability | undefined): WatchedLook {
    const atMs = clock.now();
    const present = verdict?.present ?? (verdict === undefined ? false : undefined);
    const details = last === undefined ? [] : changesBetween(last, { ...verdict, present });
    if (stability?.changed === true) lastChangeMs = atMs;
    if (details.includes('present') || details.includes('absent')) presenceChangesMs = [...presenceChangesMs, atMs];
    presenceChangesMs = presenceChangesMs.filter((each) => each > atMs - flickerWindowMs);
    last = {
      present: present ?? last?.present,
      complete: present === true ? (verdict?.complete ?? last?.complete) : undefined,
      inode: verdict?.inode ?? last?.inode,
    };
    const moving = present === true && stability?.stable !== true;
    return {
      verdict,
      stability,
      lastChangeMs: lastChangeMs ?? verdict?.ctimeMs,
      presenceChangesMs,
      events: details.map((detail) => ({
        id: `model:${model}:${detail}:${atMs}`,
        atMs,
        kind: 'model',
        subject: model,
        detail,
      })),
      lookAgainInMs: moving ? untilTold(stability) : isFresh(atMs) ? soonMs : undefined,
    };
  }

  function isFresh(atMs: number): boolean {
    return lastChangeMs !== undefined && atMs - lastChangeMs < restlessForMs;
  }

  /** Whoever waits for a model to be at rest is told as soon as it is. */
  function untilTold(stability: Stability | undefined): number {
    return Math.min(soonMs, Math.max(0, stableForMs - (stability?.unchangedMs ?? 0)) + marginMs);
  }

  return {
    async look(path, call, user) {
      const { reader, stability } = subjectAt(path);
      const startedMs = clock.monotonicMs();
      const verdict = await reader.look(call, user);
      const time: LookTime = { startedMs, endedMs: clock.monotonicMs() };
      return observe(verdict, stability.look(time, verdict.fingerprint));
    },
    nothing: () => observe(undefined, undefined),
  };
}

interface Known {
  readonly present: boolean | undefined;
  readonly complete?: boolean | undefined;
  readonly inode?: string | undefined;
}

/** What happened between two looks, for the history. */
function changesBetween(before: Known, now: Known): string[] {
  const cameOrWent = now.present !== undefined && before.present !== undefined && now.present !== before.present;
  const replaced = now.inode !== undefined && before.inode !== undefined && now.inode !== before.inode;
  const completed = now.complete !== undefined && now.complete !== before.complete && before.present !== undefined;
  return [
    ...(cameOrWent ? [now.present ? 'present' : 'absent'] : []),
    ...(replaced ? ['replaced'] : []),
    ...(completed ? [now.complete ? 'complete' : 'incomplete'] : []),
  ];
}
