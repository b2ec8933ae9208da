import type { DatedVerdict, NodeView } from '../../checklist/types.ts';
import type { CollectorState } from '../../core/collector-runner.ts';
import { historyWindowMs } from '../../core/history.ts';
import { durationInWords } from '../../core/words.ts';
import { headlineOf, itemsOf, sectionsOf } from './checks.ts';
import type { HeadlineView, ItemView, SectionView } from './checks.ts';
import { collectorsOf } from './collectors.ts';
import type { CollectorView } from './collectors.ts';
import { endpointsOf } from './endpoints.ts';
import type { EndpointView } from './endpoints.ts';
import { gpusOf } from './gpus.ts';
import type { GpusView } from './gpus.ts';
import { hostOf } from './host.ts';
import type { HeadroomView } from './host.ts';
import { logClassesOf, unreadableLogsOf } from './log-classes.ts';
import type { LogClassView } from './log-classes.ts';
import { modelsOf } from './models.ts';
import type { ModelView } from './models.ts';
import { dayInWords, momentOf } from './moment.ts';
import type { Moment } from './moment.ts';
import type { Panel } from './panel.ts';
import { programsOf } from './programs.ts';
import type { ProgramsView } from './programs.ts';
import { markInWords } from './strip.ts';

/** Everything that the page at `/` shows, in words: what the templates get. */
export interface PageView {
  readonly nodeName: string;
  /** What the reader typed to get here. */
  readonly address: string;
  readonly version: string;
  readonly telemetryPath: string;
  readonly generated: Moment & { readonly day: string };
  readonly headline: HeadlineView;
  readonly failing: readonly ItemView[];
  readonly unknown: readonly ItemView[];
  readonly sections: readonly SectionView[];
  readonly programs: ProgramsView;
  /** What the history does not reach back to; empty if it has the whole day. */
  readonly watched: string;
  readonly stripMark: string;
  readonly gpus: GpusView;
  readonly endpoints: Panel<EndpointView>;
  readonly models: Panel<ModelView>;
  readonly logClasses: Panel<LogClassView>;
  readonly unreadableLogs: readonly string[];
  readonly host: Panel<HeadroomView>;
  readonly collectors: readonly CollectorView[];
}

export interface PageParts {
  readonly node: NodeView;
  readonly verdicts: readonly DatedVerdict[];
  readonly collectors: readonly CollectorState[];
  readonly nodeName: string;
  readonly address: string;
  readonly version: string;
  readonly telemetryPath: string;
}

/** Pure: the same parts give the same page. */
export function pageOf({ node, verdicts, collectors, ...given }: PageParts): PageView {
  const { nowMs, watchedSinceMs } = node;
  const items = itemsOf(verdicts, collectors, nowMs);
  const names = verdicts.filter(({ check }) => check === 'program_running').map(({ subject }) => subject);
  const silentSinceMs = collectors.find(({ name }) => name === 'supervisor')?.failingSinceMs;
  return {
    ...given,
    generated: { ...momentOf(nowMs, nowMs), day: dayInWords(nowMs) },
    headline: headlineOf(verdicts, nowMs),
    failing: items.filter(({ mark }) => mark.status === 'fail'),
    unknown: items.filter(({ mark }) => mark.status === 'unknown'),
    sections: sectionsOf(items, nowMs),
    programs: programsOf(node, names, silentSinceMs),
    watched:
      nowMs - watchedSinceMs >= historyWindowMs
        ? ''
        : `This node has been watched for ${durationInWords((nowMs - watchedSinceMs) / 1000)}: what was before is not counted.`,
    stripMark: markInWords,
    gpus: gpusOf(node),
    endpoints: endpointsOf(node),
    models: modelsOf(node),
    logClasses: logClassesOf(node),
    unreadableLogs: unreadableLogsOf(node),
    host: hostOf(node),
    collectors: collectorsOf(collectors, node),
  };
}
