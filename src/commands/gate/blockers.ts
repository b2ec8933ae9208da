import type { Stability } from '../../sources/model-file/stability.ts';
import type { ModelVerdict } from '../../sources/model-file/verdict.ts';

interface Demands {
  /** How long it must have rested. */
  readonly wantedMs: number;
  /** Whether the inside of files was looked at. */
  readonly content: boolean;
  /** Whether it must be complete: what is only required may be anything, also empty. */
  readonly complete: boolean;
}

/** Why a model may not be served yet, one phrase each; empty if it may. */
export function blockersOf(verdict: ModelVerdict, stability: Stability, demands: Demands): string[] {
  const incomplete = demands.complete && verdict.complete === false;
  const blockers = [
    ...(incomplete ? verdict.problems : accessBlockers(verdict)),
    ...verdict.twins
      .filter(({ inPlace }) => inPlace)
      .map(({ name }) => `a download of it goes on, or was broken off: ${name} lies next to it`),
    ...(demands.content && isUnread(verdict) ? ['its header could not be read in time'] : []),
  ];
  // What is absent or not complete will change: that says enough.
  if (verdict.present !== true || incomplete) return blockers;
  return [...blockers, ...restBlockers(verdict, stability, demands)];
}

function accessBlockers(verdict: ModelVerdict): readonly string[] {
  if (isUsable(verdict)) return [];
  const { accessProblems } = verdict;
  return accessProblems.length > 0 ? accessProblems : ['it cannot be told whether it is there to be read'];
}

function restBlockers({ maybeUnfilled }: ModelVerdict, stability: Stability, { wantedMs }: Demands): string[] {
  if (stability.stable === true && stability.unchangedMs >= wantedMs) return [];
  const seconds = (stability.unchangedMs / 1000).toFixed(1);
  const why = maybeUnfilled ? ', since it ends in zeros or has holes' : '';
  return [`unchanged for ${seconds} of ${wantedMs / 1000} s${why}`];
}

/** What is strange about a model: anomalies by the name of the metric's label, and what cannot be told. */
export function anomaliesOf({ anomalies, twins, present, complete, problems }: ModelVerdict): string[] {
  const details: Readonly<Record<keyof typeof anomalies, string>> = {
    dangling_symlink: 'the name exists, the file does not',
    listed_not_statable: 'its directory lists it, but it cannot be looked up',
    statable_not_listed: 'it can be looked up, but its directory does not list it',
    partial_twin: twins.map(({ name }) => name).join(', '),
    sparse: 'less is allocated than its size says',
    zero_tail: 'it ends in zeros',
  };
  const names = Object.keys(details) as (keyof typeof anomalies)[];
  const doubts = present === true && complete === undefined ? problems : [];
  return [
    ...names.filter((name) => anomalies[name]).map((name) => `${name} (${details[name]})`),
    ...doubts.map((problem) => `it cannot be told whether it is complete: ${problem}`),
  ];
}

function isUsable({ present, regular, readable, anomalies }: ModelVerdict): boolean {
  const visible = !anomalies.listed_not_statable && !anomalies.statable_not_listed && !anomalies.dangling_symlink;
  return present === true && regular === true && readable === true && visible;
}

/** A file whose completeness is unknown for no reason that its content gave. */
function isUnread({ format, present, readable, complete, problems }: ModelVerdict): boolean {
  const readableNow = present === true && readable === true;
  return format === 'gguf' && readableNow && complete === undefined && problems.length === 0;
}
