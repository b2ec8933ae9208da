import { errorMessage } from '../../core/errors.ts';
import type { Clock, Files } from '../../core/host.ts';
import { createPatternSubject, createSubject } from './subject.ts';
import type { GateSubject, SubjectLook } from './subject.ts';

export interface WaitOptions {
  readonly models: readonly string[];
  readonly patterns: readonly string[];
  readonly stableForMs: number;
  readonly timeoutMs: number;
  readonly content: boolean;
  readonly files: Files;
  readonly clock: Clock;
  readonly onLook: (look: GateLook) => void;
}

/** One look at everything. */
export interface GateLook {
  readonly ready: boolean;
  readonly elapsedMs: number;
  readonly subjects: readonly SubjectLook[];
}

// A look that takes longer is given up and tried again: by then the file system may answer.
const lookTimeoutMs = 5_000;
// The first one includes the start of the file agent: a short time to wait must not end before anything was seen.
const firstLookMs = 2_000;

/** Looks until everything is ready in one and the same look, or the time is over; resolves to the last look. */
export async function waitUntilReady(options: WaitOptions): Promise<GateLook> {
  const { clock, stableForMs, timeoutMs, onLook } = options;
  const startedMs = clock.monotonicMs();
  const elapsed = (): number => clock.monotonicMs() - startedMs;
  const intervalMs = Math.min(1_000, Math.max(50, stableForMs / 4));
  const subjects = [
    ...options.models.map((path) => createSubject(path, options)),
    ...options.patterns.map((pattern) => createPatternSubject(pattern, options)),
  ];
  for (let leastMs = firstLookMs; ; leastMs = 500) {
    const within = Math.min(lookTimeoutMs, Math.max(leastMs, timeoutMs - elapsed()));
    const looks = await Promise.all(subjects.map((subject) => lookOrSayWhyNot(subject, within)));
    const ready = looks.every(({ blockers }) => blockers.length === 0);
    const look: GateLook = { ready, elapsedMs: elapsed(), subjects: looks };
    onLook(look);
    const leftMs = timeoutMs - elapsed();
    if (ready || leftMs <= 0) return look;
    await new Promise((resolve) => setTimeout(resolve, Math.min(intervalMs, leftMs)));
  }
}

async function lookOrSayWhyNot(subject: GateSubject, timeoutMs: number): Promise<SubjectLook> {
  try {
    return await subject.look(timeoutMs);
  } catch (error) {
    return { name: subject.name, blockers: [`cannot be looked at: ${errorMessage(error)}`], anomalies: [] };
  }
}
