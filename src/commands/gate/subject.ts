import { isAbsolute, resolve } from 'node:path';
import type { Clock, Files } from '../../core/host.ts';
import { findMatches } from '../../sources/model-file/matches.ts';
import { createModelReader } from '../../sources/model-file/reader.ts';
import { watchStability } from '../../sources/model-file/stability.ts';
import type { ModelVerdict } from '../../sources/model-file/verdict.ts';
import { anomaliesOf, blockersOf } from './blockers.ts';

/** Something that must be ready. */
export interface GateSubject {
  readonly name: string;
  /** Throws `SourceError` when the path does not answer. */
  look(timeoutMs: number): Promise<SubjectLook>;
}

export interface SubjectLook {
  readonly name: string;
  /** Why the gate stays shut, one phrase each; empty when this one is ready. */
  readonly blockers: readonly string[];
  /** What is strange about it, whether or not it keeps the gate shut. */
  readonly anomalies: readonly string[];
  readonly sizeBytes?: number;
  readonly requiredBytes?: number;
}

export interface SubjectOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly stableForMs: number;
  readonly timeoutMs: number;
  readonly content: boolean;
}

/** A model: a GGUF file with its other shards, a directory for faster-whisper, or with `--no-gguf` any file. */
export function createSubject(path: string, options: SubjectOptions): GateSubject {
  return watchPath(path, options, { content: options.content, complete: true });
}

function watchPath(path: string, options: SubjectOptions, what: { content: boolean; complete: boolean }): GateSubject {
  const { files, clock, stableForMs } = options;
  const assume = what.complete ? 'gguf' : 'file';
  const reader = createModelReader(files, resolve(path), { content: what.content, assume });
  const watch = watchStability(stableForMs);
  const settleMs = settleTime(options);

  return {
    name: path,
    async look(timeoutMs) {
      const startedMs = clock.monotonicMs();
      const verdict = await reader.look({ timeoutMs });
      const stability = watch.look({ startedMs, endedMs: clock.monotonicMs() }, verdict.fingerprint);
      const wantedMs = verdict.maybeUnfilled ? settleMs : stableForMs;
      return {
        name: path,
        blockers: blockersOf(verdict, stability, { wantedMs, ...what }),
        anomalies: anomaliesOf(verdict),
        ...sizesOf(verdict),
      };
    },
  };
}

/** All files that a glob pattern fits, of which there must be at least one: there, readable and at rest. */
export function createPatternSubject(pattern: string, options: SubjectOptions): GateSubject {
  const members = new Map<string, GateSubject>();
  const required = { content: false, complete: false };
  const start = isAbsolute(pattern) ? '/' : process.cwd();

  return {
    name: pattern,
    async look(timeoutMs) {
      const paths = await options.files.call(findMatches, start, { pattern }, { timeoutMs });
      for (const path of members.keys()) if (!paths.includes(path)) members.delete(path);
      for (const path of paths) if (!members.has(path)) members.set(path, watchPath(path, options, required));
      if (members.size === 0) return { name: pattern, blockers: ['fits no file'], anomalies: [] };
      const looks = await Promise.all([...members.values()].map((member) => member.look(timeoutMs)));
      const named = (key: 'blockers' | 'anomalies'): string[] =>
        looks.flatMap((look) => look[key].map((text) => `${look.name}: ${text}`));
      return { name: pattern, blockers: named('blockers'), anomalies: named('anomalies') };
    },
  };
}

/**
 * What may be preallocated and half filled must rest for longer: a pause of the writer looks just like the end. Not for
 * ever, since a model may really end in zeros, and never so long that the gate could not open in time.
 */
function settleTime({ stableForMs, timeoutMs }: SubjectOptions): number {
  return Math.max(stableForMs, Math.min(10 * stableForMs, timeoutMs / 2));
}

function sizesOf({ sizeBytes, requiredBytes }: ModelVerdict): Pick<SubjectLook, 'sizeBytes' | 'requiredBytes'> {
  return {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(requiredBytes === undefined ? {} : { requiredBytes }),
  };
}
