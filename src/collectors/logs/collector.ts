import type { Collector, CollectorContext, Outcome, SavedState, TimedEvent } from '../../core/contract.ts';
import { ownValue } from '../../core/own-value.ts';
import type { Sources } from '../../sources/index.ts';
import type { LogsConfig } from './config.ts';
import { addResult, createCounts, savedCounts } from './counts.ts';
import type { ProgramCounts } from './counts.ts';
import type { LogsFacts } from './facts.ts';
import { followedLog, readLog } from './followed.ts';
import type { FollowedLog } from './followed.ts';
import { createLogHistory } from './history.ts';
import { createLogFinder } from './log-finder.ts';
import type { ProgramLog } from './program-logs.ts';
import { currentSamples, lastingSamples, logsFacts } from './samples.ts';
import type { ProgramLogs } from './samples.ts';
import { parseSaved } from './saved.ts';

// Shares of a round's time: until when it goes on reading what is behind, and until when a log must have answered.
const readShare = 0.2;
const answerShare = 0.8;
const soonMs = 20;
// A program that is gone from supervisord may come back, with the same log.
const keepRetiredMs = 600_000;

/** Events of every log of every target program, by class. */
export function createLogsCollector(config: LogsConfig, context: CollectorContext<Sources>): Collector<LogsFacts> {
  const { host } = context;
  const userClasses = config.classes.map(({ name }) => name);
  const history = createLogHistory();
  const followed = new Map<string, FollowedLog>();
  const counts = new Map<string, ProgramCounts>();
  const saved = parseSaved(context.restored);
  for (const file of saved.files) followed.set(file.path, followedLog(file.program, file.path, file));
  const finder = createLogFinder(config, context.programs, context, { isSilent, onLogs });
  let isFirst = true;
  let countersChanged = false;
  let savedPositions = '';
  let events: TimedEvent[] = [];

  async function collect(signal: AbortSignal): Promise<Outcome<LogsFacts>> {
    const startedMs = host.clock.monotonicMs();
    const leftMs = (share: number): number => startedMs + config.timeout * share - host.clock.monotonicMs();
    finder.look();
    if (isFirst || followed.size === 0) await finder.settled().catch(whenNothingIsKnown);
    isFirst = false;
    let behind = [...followed.values()];
    do {
      const timeoutMs = Math.max(1, leftMs(answerShare));
      const rotated = await Promise.all(behind.map((log) => look(log, { timeoutMs, signal })));
      // What was rotated away stays open until the counts are saved.
      behind = behind.filter((log, index) => !log.atEnd && rotated[index] === false);
    } while (behind.length > 0 && leftMs(readShare) > 0 && !signal.aborted);
    forgetRetired();
    return outcome();
  }

  function whenNothingIsKnown(error: unknown): void {
    if (followed.size === 0) throw error;
  }

  /** Counts what is new in a log; true if it was rotated. */
  async function look(log: FollowedLog, options: { timeoutMs: number; signal: AbortSignal }): Promise<boolean> {
    const result = await readLog(log, config.classes, host.files, { ...options, nowMs: host.clock.now() });
    if (!result) return false;
    if (addResult(countsOf(log.program), result)) countersChanged = true;
    const inode = result.position?.inode ?? '';
    events.push(...history.select(log.program, log.path, inode, result.events));
    return result.rotations.renamed + result.rotations.truncated > 0;
  }

  function onLogs(logs: readonly ProgramLog[]): void {
    const nowMs = host.clock.monotonicMs();
    const paths = new Set(logs.map(({ path }) => path));
    for (const log of logs) {
      const known = followed.get(log.path) ?? followedLog(log.program, log.path);
      followed.set(log.path, known);
      countsOf(known.program);
      known.log = log;
      known.retiredMs = undefined;
    }
    for (const [path, log] of followed) if (!paths.has(path)) log.retiredMs ??= nowMs;
  }

  function isSilent(path: string): boolean {
    const log = followed.get(path);
    return log?.position !== undefined && !log.sawBytes;
  }

  function forgetRetired(): void {
    const nowMs = host.clock.monotonicMs();
    for (const [path, { retiredMs, atEnd, unreadable }] of followed) {
      if (retiredMs === undefined || !atEnd) continue;
      if (unreadable !== undefined || nowMs - retiredMs > keepRetiredMs) followed.delete(path);
    }
  }

  function countsOf(program: string): ProgramCounts {
    const known = counts.get(program) ?? createCounts(userClasses, ownValue(saved.programs, program));
    counts.set(program, known);
    return known;
  }

  function outcome(): Outcome<LogsFacts> {
    const news = { saved: stateNow(), events };
    countersChanged = false;
    events = [];
    const logs = [...followed.values()];
    const late = logs.filter((log) => !log.caughtUp);
    if (late.length > 0) {
      const bytes = late.reduce((sum, log) => sum + log.lagBytes, 0);
      const error = `reading what was logged in the meantime, ${bytes} bytes to go`;
      return { ok: false, reason: 'timeout', error, health: [], ...news, nextInMs: soonMs };
    }
    const programs = [...counts].map(([program, known]): ProgramLogs => {
      return { program, counts: known, logs: logs.filter((log) => log.program === program) };
    });
    return {
      ok: true,
      samples: programs.flatMap(currentSamples),
      facts: logsFacts(programs, userClasses),
      health: programs.flatMap((each) => lastingSamples(each, userClasses)),
      ...news,
      ...(logs.some((log) => !log.atEnd) && { nextInMs: soonMs }),
    };
  }

  function stateNow(): SavedState {
    const files = [...followed.values()].flatMap(({ program, path, position, memory, sinceMs }) => {
      const since = sinceMs === undefined ? {} : { sinceMs };
      return position && memory ? [{ program, path, position, memory, ...since }] : [];
    });
    const positions = JSON.stringify(files);
    const moved = positions !== savedPositions;
    savedPositions = positions;
    const programs = Object.fromEntries([...counts].map(([program, known]) => [program, savedCounts(known)]));
    return { data: { programs, files }, changed: countersChanged ? 'counters' : moved ? 'positions' : 'none' };
  }

  return { collect };
}
