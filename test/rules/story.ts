import type { Series, Timeline } from './timeline.ts';

/** What happens on a node, and which alerts fire at which moments of it: those named, and no other. */
export interface Story {
  readonly title: string;
  /** Series that differ from a healthy node's; undefined: the series is not there. */
  readonly series?: Readonly<Record<string, Timeline | undefined>>;
  /** Instead of all of the node's series. */
  readonly only?: Series;
  /** Instances beside gpu-1 that are well. */
  readonly others?: readonly string[];
  /** Alerts whose condition is missed narrowly. */
  readonly nearly?: readonly string[];
  /** Between two scrapes, where the story's length should not decide. */
  readonly stepSeconds?: number;
  /** Where rules need not be evaluated at every scrape. */
  readonly evaluationSeconds?: number;
  readonly moments: readonly Moment[];
}

export interface Moment {
  /** Minutes since the beginning; never on a boundary of a window. */
  readonly at: number;
  readonly firing?: readonly Firing[];
}

export interface Firing {
  readonly alert: string;
  /** Beside severity, job and instance. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly instance?: string;
  /** The rendered description. */
  readonly text?: string;
}

export const instance = 'gpu-1:10042';
