import { SourceError } from '../../core/contract.ts';
import type { CollectorContext, SavedState, TimedEvent } from '../../core/contract.ts';
import type { Sources } from '../../sources/index.ts';
import type { SupervisordConfig, SupervisordSnapshot } from '../../sources/supervisord/types.ts';
import { calibrate } from './calibrate.ts';
import { createSavedChanges, createStateChanges } from './changes.ts';
import { compare } from './compare.ts';
import { createDisagreements } from './disagreements.ts';
import { follow, maxEvents } from './follow.ts';
import type { FollowParts } from './follow.ts';
import type { Surroundings } from './ledger.ts';
import { createLogHealth } from './log-health.ts';
import type { ProgramRecord } from './record.ts';
import { restore } from './saved.ts';
import { expandTargets } from './targets.ts';

/** One round's access to the outside. */
export interface BookSources extends Pick<FollowParts, 'read' | 'leftMs'> {
  /** Undefined: it cannot be read. */
  readonly supervisord: SupervisordConfig | undefined;
  /** supervisord's answer, begun at most `maxAgeMs` ago; never rejects. */
  readonly ask: (maxAgeMs: number) => Promise<SupervisordSnapshot | SourceError>;
}

/** The state of the books after a round. */
export interface Books {
  readonly answer: SupervisordSnapshot | SourceError;
  readonly targets: readonly string[];
  readonly programs: Readonly<Record<string, ProgramRecord>>;
  readonly saved: SavedState;
  readonly events: readonly TimedEvent[];
  /** Set while what was missed between two runs of the exporter is still being read: bytes to go. */
  readonly behindBytes: number | undefined;
}

export interface Bookkeeper {
  keep(sources: BookSources): Promise<Books>;
}

const maxAgeOfNamesMs = 5_000;

/**
 * Keeps the records of all targets. Each round reads the main log to its end and then asks supervisord, so that the answer
 * is newer than every line; books the lines; and compares the records with the answer.
 */
export function createBookkeeper(context: CollectorContext<Sources>): Bookkeeper {
  const { clock, log } = context.host;
  const disagreements = createDisagreements(() => clock.monotonicMs());
  const logHealth = createLogHealth(log, () => clock.monotonicMs());
  const stateChanges = createStateChanges();
  const savedChanges = createSavedChanges();
  let saved = restore(context.restored);
  // Events of a log that is read back wait until it is clear in which time zone they are.
  let held: readonly TimedEvent[] = [];
  let isResumed = false;

  async function keep(sources: BookSources): Promise<Books> {
    const stanzas = sources.supervisord?.programs ?? [];
    let answer: SupervisordSnapshot | SourceError = new SourceError('error', 'supervisord was not asked');
    let targets = expandTargets(context.programs, undefined, stanzas, saved.members);

    async function surroundings(last: boolean): Promise<Surroundings> {
      answer = await sources.ask(last ? 0 : maxAgeOfNamesMs);
      const snapshot = answer instanceof SourceError ? undefined : answer;
      targets = expandTargets(context.programs, snapshot?.programs, stanzas, targets.members);
      const denied = answer instanceof SourceError && answer.reason === 'denied';
      return { snapshot, denied, stanzas, targets: targets.programs, nowMs: clock.now() };
    }

    const following = await follow(saved, { ...sources, surroundings, nowMs: () => clock.now() });
    const snapshot = answer instanceof SourceError ? undefined : (answer as SupervisordSnapshot);
    let read = { saved: following.saved, events: [...held, ...following.events] as readonly TimedEvent[] };
    if (snapshot !== undefined && !saved.counting) read = calibrate(read.saved, read.events, snapshot);
    held = read.saved.counting ? [] : read.events.slice(-maxEvents);
    const events = read.saved.counting ? [...read.events] : [];
    saved = { ...read.saved, members: targets.members };

    const health = logHealth.judge(following.unreadable);
    // A snapshot says nothing about a log that is not read to its end.
    if (snapshot !== undefined && following.caughtUp) {
      const compared = compare(
        saved,
        {
          snapshot,
          stanzas,
          targets: targets.programs,
          log: health,
          silentByLevel: hidesStarts(sources.supervisord?.logLevel),
          told: following.told,
        },
        disagreements,
      );
      saved = compared.saved;
      events.push(...compared.events, ...stateChanges(snapshot, targets.programs));
    }
    saved = { ...saved, programs: withoutForgotten(saved.programs, targets.programs) };
    isResumed ||= following.caughtUp;
    const changes = savedChanges(saved, following.moved);
    return {
      answer,
      targets: targets.programs,
      programs: snapshot === undefined && health === 'lost' ? asLowerBounds(saved.programs) : saved.programs,
      saved: changes,
      events,
      behindBytes: isResumed ? undefined : following.lagBytes,
    };
  }

  return { keep };
}

const maxPrograms = 2_000;

/** A program that is gone keeps its record, for it may come back; but not for ever many of them. */
function withoutForgotten(programs: Books['programs'], targets: readonly string[]): Books['programs'] {
  const all = Object.entries(programs);
  if (all.length <= maxPrograms) return programs;
  const wanted = new Set(targets);
  return Object.fromEntries(all.filter(([program]) => wanted.has(program)));
}

/** While neither the log nor supervisord says anything, what is counted is not exact. */
function asLowerBounds(programs: Books['programs']): Books['programs'] {
  const records = Object.entries(programs).map(
    ([program, record]) => [program, { ...record, source: 'poll' }] as const,
  );
  return Object.fromEntries(records);
}

/** `spawned:` is of level info. */
function hidesStarts(logLevel: string | undefined): boolean {
  return logLevel !== undefined && ['warn', 'error', 'critical'].includes(logLevel);
}
