import type { ProgramFacts } from '../../collectors/supervisor/facts.ts';
import { cadenceInWords, cadenceOf, lastRequestedStartMs } from '../../checklist/cadence.ts';
import { timeoutsOf } from '../../checklist/items/restart-loop.ts';
import { factsFrom, whyMissing } from '../../checklist/known.ts';
import type { NodeView, Status } from '../../checklist/types.ts';
import type { TimedEvent } from '../../core/contract.ts';
import { historyWindowMs, maxEventsPerSubject } from '../../core/history.ts';
import { bytesInWords, counted, durationInWords } from '../../core/words.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { agoInWholeSeconds } from './moment.ts';
import { stripOf } from './strip.ts';
import type { StripView } from './strip.ts';
import { phaseOf, timelineOf } from './timeline.ts';

export interface ProgramView {
  readonly program: string;
  /** Its state; UNKNOWN while supervisord is silent. */
  readonly mark: Mark;
  /** `up 2h 5m`; empty without a process. */
  readonly uptime: string;
  /** `2.10 GiB in 4 processes`; empty where that is not known. */
  readonly resources: string;
  /** In the last hour, six hours and day: `3`, or `≥ 3` where there may have been more. */
  readonly starts: readonly { readonly within: string; readonly count: string }[];
  readonly cadence: string;
  readonly strip: StripView;
}

export interface ProgramsView {
  readonly programs: readonly ProgramView[];
  /** Why nothing is known of them now; empty if something is. */
  readonly missing: string;
}

const hourMs = 3_600_000;
/** A start by hand changes what is counted for as long as the cadence looks back. */
const newsMs = 2 * hourMs;
const runKinds: readonly string[] = ['start', 'exit', 'state'];

/**
 * `names`: those to show while supervisord is silent. `silentSinceMs`: since when it is.
 */
export function programsOf(node: NodeView, names: readonly string[], silentSinceMs: number | undefined): ProgramsView {
  const facts = factsFrom(node, 'supervisor')?.programs;
  // Once for all: a day of events times fifty programs would take its time.
  const events = Map.groupBy(
    node.events.filter(({ kind }) => runKinds.includes(kind)),
    ({ subject }) => subject,
  );
  const programs = (facts?.map(({ program }) => program) ?? names).map((program) =>
    programOf(
      program,
      facts?.find((each) => each.program === program),
      events.get(program) ?? [],
      node,
      silentSinceMs,
    ),
  );
  return { programs, missing: facts === undefined ? whyMissing(node.supervisor) : '' };
}

function programOf(
  program: string,
  facts: ProgramFacts | undefined,
  events: readonly TimedEvent[],
  node: NodeView,
  silentSinceMs: number | undefined,
): ProgramView {
  const { nowMs } = node;
  const status = facts?.status;
  const fromMs = nowMs - historyWindowMs;
  const firstMs = events[0]?.atMs ?? nowMs;
  // Of a program that restarts every few seconds the history keeps the newest events only.
  const isCut = events.filter(({ kind }) => kind === 'exit').length >= maxEventsPerSubject;
  const spans = timelineOf({
    events,
    ...(status === undefined ? {} : { now: status }),
    watchedFromMs: Math.max(fromMs, isCut ? firstMs : node.watchedSinceMs),
    knownUntilMs: facts === undefined ? (silentSinceMs ?? events.at(-1)?.atMs ?? fromMs) : nowMs,
    fromMs,
    toMs: nowMs,
  });
  return {
    program,
    mark: stateOf(facts, node),
    uptime: status?.uptimeSeconds === undefined ? '' : `up ${durationInWords(status.uptimeSeconds)}`,
    resources: resourcesOf(program, node),
    starts: [1, 6, 24].map((hours) => ({ within: `${hours} h`, count: startsWithin(hours, events, facts, nowMs) })),
    cadence: `${cadenceWords(program, events, node)}${facts === undefined ? ', as far as was seen' : ''}`,
    strip: stripOf(spans, fromMs, nowMs),
  };
}

function stateOf(facts: ProgramFacts | undefined, node: NodeView): Mark {
  if (facts === undefined) return markOf('unknown', node.supervisor.kind === 'off' ? 'not asked' : 'not known');
  if (facts.status === undefined) return markOf('fail', 'not known to supervisord');
  const { state } = facts.status;
  const phase = phaseOf(state);
  const status: Status = state === 'RUNNING' ? 'pass' : phase === 'running' || phase === 'unknown' ? 'unknown' : 'fail';
  return markOf(status, state);
}

function resourcesOf(program: string, node: NodeView): string {
  const found = factsFrom(node, 'resources')?.programs.find((each) => each.program === program);
  if (found?.memoryBytes === undefined) return '';
  const processes = found.processes === undefined ? '' : ` in ${counted(found.processes, 'process', 'processes')}`;
  return `${bytesInWords(found.memoryBytes)}${processes}`;
}

function startsWithin(
  hours: number,
  events: readonly TimedEvent[],
  facts: ProgramFacts | undefined,
  nowMs: number,
): string {
  const starts = events.filter(({ kind }) => kind === 'start');
  const count = starts.filter(({ atMs }) => nowMs - atMs <= hours * hourMs).length;
  // The history is full, polling sees one start at most between two looks, or supervisord tells nothing.
  const mayBeMore = count >= maxEventsPerSubject || facts?.source !== 'main_log';
  return `${mayBeMore ? '≥ ' : ''}${count}`;
}

/** Counted as the check `no_restart_loop` counts: since somebody last asked for a start. */
function cadenceWords(program: string, events: readonly TimedEvent[], node: NodeView): string {
  const sinceMs = lastRequestedStartMs(program, events);
  const cadence = cadenceOf(program, events, node.nowMs, sinceMs);
  const words = cadenceInWords(cadence, timeoutsOf(node, program));
  const isNews = sinceMs !== undefined && node.nowMs - sinceMs <= newsMs;
  const asked = isNews ? `, counting since somebody started it ${agoInWholeSeconds(sinceMs, node.nowMs)}` : '';
  const { lastExit } = cadence;
  return `${words}${asked}${lastExit === undefined ? '' : `; last exit ${agoInWholeSeconds(lastExit.atMs, node.nowMs)} (${lastExit.how})`}`;
}
