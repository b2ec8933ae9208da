import { anomalies } from './metrics.ts';
import type { Anomaly } from './metrics.ts';
import type { ModelFact } from './facts.ts';
import type { WatchedLook } from './watch.ts';

/** The part of a fact that a look at the disk gives. */
export type DiskFact = Omit<ModelFact, 'model' | 'program' | 'pathFrom' | 'path' | 'server'>;

const nothingKnown = { problems: [], anomalies: [], twins: [] } as const;

export const everyAnomaly: ReadonlySet<Anomaly> = new Set(anomalies);

export function unknownFact(why: string): DiskFact {
  return { ...nothingKnown, presenceChangesMs: [], unknown: why };
}

/** A model of which it is certain that there is no file. */
export function missingFact({ presenceChangesMs }: WatchedLook): DiskFact {
  return {
    ...nothingKnown,
    presenceChangesMs,
    present: false,
    regular: false,
    readable: false,
    problems: ['nothing says which file it is, and its directory holds none'],
  };
}

export function diskFact(
  { verdict, stability, lastChangeMs, presenceChangesMs }: WatchedLook,
  replaced: boolean,
): DiskFact {
  if (verdict === undefined) return { ...nothingKnown, presenceChangesMs };
  const {
    anomalies: found,
    twins,
    maybeUnfilled: _unfilled,
    fingerprint: _print,
    accessProblems: _access,
    inodes: _inodes,
    ...rest
  } = verdict;
  return defined({
    ...rest,
    stable: stability?.stable,
    unchangedForMs: verdict.present === true ? stability?.unchangedMs : undefined,
    lastChangeMs,
    presenceChangesMs,
    anomalies: anomalies.filter((each) => (each === 'replaced_while_mapped' ? replaced : found[each])),
    twins: twins.map(({ name }) => name),
  });
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** Without the keys whose value is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
