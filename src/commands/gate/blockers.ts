import type { Stability } from '../../sources/model-file/stability.ts';
import type { ModelVerdict } from '../../sources/model-file/verdict.ts';

interface Demands {
  /** How long it must have rested. */
  readonly wantedMs: number;
  /** Whether the inside of files was looked at. */
  readonly content: boolean;
}

/** Why a model may not be served yet, one phrase each; empty if it may. */
export function blockersOf(verdict: ModelVerdict, stability: Stability, { wantedMs, content }: Demands): string[] {
  const downloads = verdict.twins.filter(({ inPlace }) => inPlace);
  const blockers = [
    ...(isUsable(verdict) ? [] : verdict.problems),
    ...downloads.map(({ name }) => `a download of it goes on, or was broken off: ${name} lies next to it`),
    ...(content && isUnread(verdict) ? ['its header could not be read in time'] : []),
  ];
  if (verdict.present !== true) return blockers.length > 0 ? blockers : ['it cannot be told whether it is there'];
  const restless = stability.stable !== true || stability.unchangedMs < wantedMs;
  // What is not complete will change: that says enough.
  if (!restless || verdict.complete === false) return blockers;
  const seconds = (stability.unchangedMs / 1000).toFixed(1);
  const why = verdict.maybeUnfilled ? ', since it ends in zeros or has holes' : '';
  return [...blockers, `unchanged for ${seconds} of ${wantedMs / 1000} s${why}`];
}

/** What is strange about a model, by the name of the metric's label. */
export function anomaliesOf({ anomalies, twins }: ModelVerdict): string[] {
  const details: Readonly<Record<keyof typeof anomalies, string>> = {
    dangling_symlink: 'the name exists, the file does not',
    listed_not_statable: 'its directory lists it, but it cannot be looked up',
    statable_not_listed: 'it can be looked up, but its directory does not list it',
    partial_twin: twins.map(({ name }) => name).join(', '),
    sparse: 'less is allocated than its size says',
    zero_tail: 'it ends in zeros',
  };
  const names = Object.keys(details) as (keyof typeof anomalies)[];
  return names.filter((name) => anomalies[name]).map((name) => `${name} (${details[name]})`);
}

function isUsable({ present, regular, readable, complete, anomalies }: ModelVerdict): boolean {
  const visible = !anomalies.listed_not_statable && !anomalies.statable_not_listed && !anomalies.dangling_symlink;
  return present === true && regular === true && readable === true && visible && complete !== false;
}

/** A file whose completeness is unknown for no reason that its content gave. */
function isUnread({ format, present, readable, complete, problems }: ModelVerdict): boolean {
  const readableNow = present === true && readable === true;
  return format === 'gguf' && readableNow && complete === undefined && problems.length === 0;
}
